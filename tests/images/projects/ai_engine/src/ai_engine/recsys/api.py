"""What pods ask and RudderStack posts to, and nothing more."""

from __future__ import annotations

import os

from fastapi import FastAPI, HTTPException, Request
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(
    CORSMiddleware, allow_origins=os.environ.get("AI_ENGINE_CORS", "*").split(","), allow_methods=["*"]
)


@app.get("/")
def health() -> dict[str, str]:
    """Well."""
    return {"status": "ok", "collection": os.environ.get("COLLECTION_NAME", "")}


@app.post("/api/ingest")
def ingest(request: Request) -> dict[str, int]:
    """Takes events from who has the key."""
    if request.headers.get("X-API-Key") != os.environ["INGEST_API_KEY"]:
        raise HTTPException(401)
    return {"ingested": 1}
