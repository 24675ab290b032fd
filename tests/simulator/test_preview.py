"""`make preview` as a user runs it: what it prints, where, and how it ends."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from simulator.preview import main
from simulator.program import PROJECT_FOLDER

KEYS = {"urn", "type", "name", "parent", "inputs", "dependencies"}


@pytest.fixture(scope="module")
def printed() -> subprocess.CompletedProcess[str]:
    """One run of `make preview STACK=prod FORMAT=json`; what is installed already is taken as it is."""
    make = shutil.which("make")
    if make is None:
        pytest.skip("there is no `make` here")
    command = [make, "-o", ".venv/.installed", "preview", "STACK=prod", "FORMAT=json"]
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "PULUMI"))
    }
    return subprocess.run(
        command, cwd=PROJECT_FOLDER, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the project's stack files."""
    for path in PROJECT_FOLDER.glob("Pulumi*.yaml"):
        shutil.copy(path, tmp_path)
    return tmp_path


def changed(folder: Path, **settings: Any) -> None:
    """Changes top-level settings of stack `dev` in a copy."""
    path = folder / "Pulumi.dev.yaml"
    content = yaml.safe_load(path.read_text())
    content["config"] |= {f"ai-platform:{key}": value for key, value in settings.items()}
    path.write_text(yaml.safe_dump(content))


def refusal(folder: Path, capsys: pytest.CaptureFixture[str], status: int, stack: str = "dev") -> list[str]:
    """The lines of a refusal, after a look at everything that holds for each."""
    assert main([stack, "--format", "json"], folder) == status
    printed = capsys.readouterr()
    assert printed.out == "", "a program that reads the JSON must not be given something else"
    lines = printed.err.splitlines()
    assert all(line.startswith("refused: ") for line in lines)
    return [line.removeprefix("refused: ") for line in lines]


def test_json_is_the_only_thing_on_standard_output(printed: subprocess.CompletedProcess[str]) -> None:
    assert printed.returncode == 0, printed.stderr
    shown, end = json.JSONDecoder().raw_decode(printed.stdout)
    assert printed.stdout[end:] == "\n"
    assert set(shown) == {"stack", "resources", "outputs"}
    assert shown["stack"] == "prod"


def test_every_resource_has_the_documented_keys(printed: subprocess.CompletedProcess[str]) -> None:
    resources = json.loads(printed.stdout)["resources"]
    urns = {each["urn"] for each in resources}
    assert len(urns) == len(resources) > 100
    for each in resources:
        assert set(each) == KEYS
        assert each["urn"].endswith(f"{each['type']}::{each['name']}")
        assert isinstance(each["inputs"], dict)
        assert set(each["dependencies"]) <= urns
        assert each["parent"] == "" or each["parent"] in urns


def test_a_secret_is_shown_as_such(printed: subprocess.CompletedProcess[str]) -> None:
    resources = json.loads(printed.stdout)["resources"]
    versions = [each for each in resources if each["type"].endswith(":SecretVersion")]
    assert versions
    assert {each["inputs"]["secretData"] for each in versions} == {"[secret]"}


def test_a_preview_runs_without_the_pulumi_program_and_from_any_folder(tmp_path: Path) -> None:
    environment = {"PATH": str(tmp_path), "HOME": str(tmp_path), "PYTHONPATH": str(PROJECT_FOLDER)}
    command = [sys.executable, "-m", "simulator.preview", "dev"]
    answer = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("Plan of stack dev: ")
    assert answer.stderr == ""
    assert list(tmp_path.iterdir()) == [], "nothing is written"


def test_an_unknown_stack_is_refused_with_the_stacks_that_there_are(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (line,) = refusal(folder, capsys, 2, "nowhere")
    assert line == "Pulumi.nowhere.yaml: is missing; write STACK=dev or STACK=prod, or add the file"


@pytest.mark.parametrize("stack", ["../prod", "", "dev.yaml", "a/b"])
def test_a_stack_that_no_file_can_be_named_for_is_refused_too(
    folder: Path, capsys: pytest.CaptureFixture[str], stack: str
) -> None:
    (line,) = refusal(folder, capsys, 2, stack)
    assert "write STACK=dev or STACK=prod" in line


def test_bad_settings_are_refused_with_one_line_each(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(folder, project="Acme", colour="red", network={"flow_log_sampling": 2})
    lines = refusal(folder, capsys, 1)
    assert {line.split(": ")[0] for line in lines} == {"Pulumi.dev.yaml"}
    assert sorted(line.split(": ")[1] for line in lines) == [
        "ai-platform:colour",
        "ai-platform:network.flow_log_sampling",
        "ai-platform:project",
    ]


def test_what_a_component_refuses_is_one_line_as_well(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(folder, network={"vm_cidr": "10.10.0.0/24"})
    line, *_ = refusal(folder, capsys, 1)
    assert line.startswith("Pulumi.dev.yaml: ai-platform:network: egress_cidr 10.10.0.0/26 overlaps vm_cidr")


BROKEN = [
    (
        "a tab",
        "config:\n\tai-platform:project: x\n",
        2,
        "Pulumi.dev.yaml: is no YAML at line 2; mend its syntax",
    ),
    ("an open bracket", "config: [1,\n", 2, "Pulumi.dev.yaml: is no YAML at line 2; mend its syntax"),
    ("a list", "- config\n", 2, "Pulumi.dev.yaml: is no mapping; write `config:` and the settings below it"),
    ("a text", "hello\n", 2, "Pulumi.dev.yaml: is no mapping; write `config:` and the settings below it"),
    ("a list of settings", "config:\n- project\n", 2, "Pulumi.dev.yaml: is no mapping; write `config:`"),
    ("nothing", "", 2, "Pulumi.dev.yaml: is no mapping; write `config:` and the settings below it"),
    ("no UTF-8", "config: \udcff\n", 2, "Pulumi.dev.yaml: is no YAML"),
    ("no settings", "config: {}\n", 1, "ai-platform:project: is missing; write `project: acme-prod`"),
    ("empty settings", "config:\n", 1, "ai-platform:project: is missing; write `project: acme-prod`"),
]


@pytest.mark.parametrize(
    ("text", "status", "says"), [each[1:] for each in BROKEN], ids=[each[0] for each in BROKEN]
)
def test_a_broken_stack_file_is_refused_without_a_traceback(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str, status: int, says: str
) -> None:
    (folder / "Pulumi.dev.yaml").write_bytes(text.encode("utf-8", "surrogateescape"))
    lines = refusal(folder, capsys, status)
    assert any(says in line for line in lines)
    assert len(lines) == (2 if status == 1 else 1)


def test_a_folder_without_a_project_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = refusal(tmp_path, capsys, 2)
    assert line.startswith("Pulumi.yaml: is missing; run this in the project's folder")


def test_another_form_is_refused_by_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["dev", "--format", "xml"])
    assert ended.value.code == 2
    assert "json" in capsys.readouterr().err
