"""`make frontend-bundle`: builds a Next.js frontend here, for one target of a stack, and looks at the result.

Next.js copies every `NEXT_PUBLIC_*` into the JavaScript that it sends to browsers. A build that never saw the
variable is green all the same, and its frontend asks nobody: so each value is looked for in what was built.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.delivery.files import DeliveryError
from tools.delivery.programs import show
from tools.frontend_env import FrontendEnv, NoFrontendEnvError, from_plan, from_stack

DOTENV = ".env.production.local"
"""What Next.js reads before every other file, whatever the target: a build is always one for production."""


def main(arguments: Sequence[str]) -> int:
    """Builds; the exit status is 1 when that can't be done."""
    parser = argparse.ArgumentParser(prog="frontend-bundle", description=__doc__)
    parser.add_argument("stack")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--target", default="production")
    parser.add_argument("--from", dest="origin", choices=("stack", "plan"), default="stack")
    chosen = parser.parse_args(arguments)
    try:
        read = from_stack if chosen.origin == "stack" else from_plan
        said = bundle(read(chosen.stack), chosen.target, chosen.folder)
    except (DeliveryError, NoFrontendEnvError) as error:
        sys.stderr.writelines(f"frontend-bundle: {line}\n" for line in str(error).splitlines())
        return 1
    sys.stdout.write(f"{said}\n")
    return 0


def bundle(variables: FrontendEnv, target: str, folder: Path) -> str:
    """Builds the frontend in a folder with a target's variables. Says what was found in it."""
    if target not in variables:
        raise DeliveryError(f"target {target!r} is none; write TARGET= and one of {', '.join(variables)}")
    if not (folder / "package.json").is_file():
        raise DeliveryError(f"{folder}: has no package.json; write FOLDER= and the frontend's folder")
    values = variables[target]
    (folder / DOTENV).write_text("".join(f"{name}={value}\n" for name, value in sorted(values.items())))
    if not (folder / "node_modules").exists():
        show("npm", "ci", "--no-audit", "--no-fund", folder=folder)
    show("npm", "run", "build", folder=folder)
    for name, value in sorted(values.items()):
        if not _holds(folder / ".next" / "static", value):
            raise DeliveryError(
                f"{folder}: the built JavaScript holds no {name}; read process.env.{name} in a page"
            )
    return f"{folder}: built for {target}; its JavaScript holds {', '.join(sorted(values))}"


def _holds(folder: Path, value: str) -> bool:
    return any(value in path.read_text(errors="replace") for path in folder.rglob("*.js"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
