"""Takes content and syncs, from who has the key."""

from __future__ import annotations

import os

import uvicorn
from fastapi import FastAPI, HTTPException, Request

app = FastAPI()


@app.get("/health")
def health() -> dict[str, str]:
    """Well."""
    return {"status": "ok"}


@app.post("/ingest")
@app.post("/sync/omeka")
def work(request: Request) -> dict[str, str]:
    """Does what it is told."""
    if request.headers.get("X-API-Key") != os.environ["INGEST_API_KEY"]:
        raise HTTPException(401)
    return {"collection": os.environ["COLLECTION_NAME"]}


def main() -> None:
    """The command `content-engine`."""
    uvicorn.run(app, host=os.environ["HOST"], port=int(os.environ["PORT"]))
