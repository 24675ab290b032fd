"""This project's own program, planned in this process: what `make preview` shows and the tests look at."""

from __future__ import annotations

import json
import os
import runpy
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from settings import NAMESPACE, Settings
from simulator.in_process import Plan, plan
from simulator.stack_files import StackConfig, load

PROJECT_FOLDER = Path(__file__).resolve().parent.parent


def run_program() -> None:
    """Runs `__main__.py` as Pulumi does: from the project's folder, where its relative paths begin."""
    before = Path.cwd()
    os.chdir(PROJECT_FOLDER)
    try:
        runpy.run_path(str(PROJECT_FOLDER / "__main__.py"), run_name="__main__")
    finally:
        os.chdir(before)


def plan_stack(stack: str, folder: Path = PROJECT_FOLDER) -> Plan:
    """What the stack's file in `folder` makes of the program.

    Raises:
        StackFileError: there is no such stack.
        PlanRefused: its settings or its resources are refused.
    """
    return plan_config(load(folder, stack))


def plan_config(config: StackConfig) -> Plan:
    """What a configuration makes of the program."""
    return plan(
        run_program,
        project=config.project,
        stack=config.stack,
        config=config.plain,
        secret_config=config.secret,
        existing=prerequisites(config.values),
    )


def prerequisites(values: Mapping[str, str]) -> list[str]:
    """What must be there before the stack is brought up; nothing where the settings are refused anyway."""
    try:
        own = {
            key.removeprefix(f"{NAMESPACE}:"): json.loads(value) if value.startswith(("{", "[")) else value
            for key, value in values.items()
            if key.startswith(f"{NAMESPACE}:")
        }
        return Settings.model_validate(own).prerequisites()
    except (ValidationError, json.JSONDecodeError):
        return []
