"""Classes that are imported one by one are those that the SDK's own import gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import lazy_sdk
from simulator.program import PROJECT_FOLDER
from tests.sdk.used import used_names

AREA = """
import builtins as _builtins
from .. import _utilities
import typing
# Export this package's modules as members:
from .cup import *
from .get_saucer import *
from ._inputs import *
from . import outputs
"""
TOP = """
from . import _utilities
import typing
# Export this package's modules as members:
from .spoon import *
"""
INPUTS = """
import pulumi
from typing import Mapping, Optional, TypedDict
__all__ = ['CupHandleArgs', 'CupHandleArgsDict', 'UnusedArgs']

class CupHandleArgsDict(TypedDict):
    size: pulumi.Input[int]

@pulumi.input_type
class CupHandleArgs:
    def __init__(__self__, *, size: pulumi.Input[int]):
        pulumi.set(__self__, "size", size)

    @_builtins.property
    @pulumi.getter
    def size(self) -> pulumi.Input[int]:
        return pulumi.get(self, "size")

@pulumi.input_type
class UnusedArgs:
    pass
""".replace("import pulumi\n", "import builtins as _builtins\nimport pulumi\n", 1)
CUP = """
import builtins as _builtins
import pulumi
from typing import Optional
from ._inputs import *
__all__ = ['Cup', 'CupArgs']

@pulumi.input_type
class CupArgs:
    def __init__(__self__, *, handle: pulumi.Input['CupHandleArgs']):
        \"\"\"What a cup takes.\"\"\"
        pulumi.set(__self__, "handle", handle)

    @_builtins.property
    @pulumi.getter
    def handle(self) -> pulumi.Input['CupHandleArgs']:
        return pulumi.get(self, "handle")

@pulumi.input_type
class _CupState:
    def __init__(__self__, *, handle: Optional[pulumi.Input['CupHandleArgs']] = None):
        if handle is not None:
            pulumi.set(__self__, "handle", handle)

    @_builtins.property
    @pulumi.getter
    def handle(self) -> Optional[pulumi.Input['CupHandleArgs']]:
        return pulumi.get(self, "handle")

class Cup:
    @staticmethod
    def get(handle):
        return _CupState(handle=handle)

    def fall(self):
        raise ValueError("broken")
"""
SAUCER = (
    "__all__ = ['get_saucer', 'get_saucer_output']\ndef get_saucer(): pass\ndef get_saucer_output(): pass\n"
)
OUTPUTS = "__all__ = []\n"


@pytest.fixture
def sdk(tmp_path: Path) -> Path:
    """A small SDK, laid out as generated ones are."""
    area = tmp_path / "pulumi_gcp" / "kitchen"
    area.mkdir(parents=True)
    for folder in (area.parent, area):
        (folder / "__init__.py").write_text("")
    (area.parent / "_utilities.py").write_text("")
    files = {
        "__init__": AREA,
        "_inputs": INPUTS,
        "cup": CUP,
        "get_saucer": SAUCER,
        "outputs": OUTPUTS,
    }
    for name, text in files.items():
        (area / f"{name}.py").write_text(text)
    return area


def run(code: str, *paths: Path, switch: str = "on", given: str = "") -> str:
    """What a fresh interpreter prints."""
    environment = {
        **os.environ,
        lazy_sdk.SWITCH: switch,
        "PYTHONPATH": os.pathsep.join(str(path) for path in (*paths, PROJECT_FOLDER)),
    }
    done = subprocess.run(
        [sys.executable, "-c", f"import lazy_sdk\n{code}"],
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_each_class_that_the_program_uses_is_the_ordinary_one() -> None:
    names = json.dumps(sorted(used_names(PROJECT_FOLDER)))
    code = "import runpy; runpy.run_module('tests.sdk.used', run_name='__main__')"
    lazily, ordinarily = (json.loads(run(code, switch=switch, given=names)) for switch in ("on", "off"))
    assert lazily == ordinarily
    assert len(lazily) > 100


def test_only_what_is_asked_for_is_made(sdk: Path) -> None:
    code = """
from pulumi_gcp.kitchen import CupArgs
import pulumi_gcp.kitchen._inputs as inputs, sys
print('CupHandleArgs' in vars(inputs), 'pulumi_gcp.kitchen.get_saucer' in sys.modules)
inputs.CupHandleArgs
print('CupHandleArgs' in vars(inputs), 'UnusedArgs' in vars(inputs))
"""
    assert run(code, sdk.parent.parent).split() == ["False", "False", "True", "False"]


@pytest.mark.parametrize("asked", [True, False], ids=["missed names are asked for", "they are not"])
def test_pulumi_finds_the_classes_that_annotations_name(sdk: Path, asked: bool) -> None:
    code = f"""
import lazy_sdk.nested_types as nested
nested.are_asked_for = lambda: {asked}
from pulumi import _types
from pulumi_gcp import kitchen
found = _types.input_type_types(kitchen.CupArgs)["handle"]
print(found is kitchen.CupHandleArgs is kitchen._inputs.CupHandleArgs)
"""
    assert run(code, sdk.parent.parent) == "True"


def test_this_python_asks_for_missed_names() -> None:
    assert run("from lazy_sdk.missed_names import are_asked_for; print(are_asked_for())") == "True"


def test_the_class_for_looking_up_is_made_when_it_is_used(sdk: Path) -> None:
    code = """
import pulumi_gcp.kitchen.cup as cup
print('_CupState' in vars(cup), cup.Cup.get(handle=3).handle, '_CupState' in vars(cup))
"""
    assert run(code, sdk.parent.parent) == "False 3 True"


def test_a_traceback_names_the_line_of_the_sdk(sdk: Path) -> None:
    code = """
import traceback
from pulumi_gcp.kitchen import Cup
try:
    Cup().fall()
except ValueError as error:
    print(traceback.extract_tb(error.__traceback__)[-1].lineno)
"""
    line = next(n for n, text in enumerate(CUP.splitlines(), 1) if "broken" in text)
    assert run(code, sdk.parent.parent) == str(line)


def test_the_stack_that_pulumi_looks_at_does_not_fill_memory_with_the_sdk(sdk: Path) -> None:
    code = """
import linecache, traceback
from pulumi_gcp import kitchen
linecache.checkcache()
print(linecache.getlines(kitchen.Cup.fall.__code__.co_filename))
"""
    assert run(code, sdk.parent.parent) == "[]"


def test_docstrings_are_left_out(sdk: Path) -> None:
    code = "from pulumi_gcp.kitchen import CupArgs; print(CupArgs.__init__.__doc__)"
    assert run(code, sdk.parent.parent) == "None"


@pytest.mark.parametrize("name", ["Cup", "CupArgs", "CupHandleArgs", "UnusedArgs", "get_saucer_output"])
def test_every_name_is_found(sdk: Path, name: str) -> None:
    code = f"from pulumi_gcp import kitchen; print(kitchen.{name}.__name__)"
    assert run(code, sdk.parent.parent) == name


def test_a_name_that_is_nowhere_is_an_attribute_error(sdk: Path) -> None:
    code = "from pulumi_gcp import kitchen; print(hasattr(kitchen, 'Spoon'))"
    assert run(code, sdk.parent.parent) == "False"


def test_a_name_in_another_file_than_expected_leads_to_the_ordinary_import(sdk: Path) -> None:
    (sdk / "cup.py").write_text(CUP.replace("'Cup',", "'Cup', 'Mug',") + "Mug = Cup\n")
    code = "from pulumi_gcp import kitchen; print(kitchen.Mug.__name__, kitchen.get_saucer.__name__)"
    assert run(code, sdk.parent.parent) == "Cup get_saucer"


def test_an_area_laid_out_otherwise_is_imported_in_the_ordinary_way(sdk: Path) -> None:
    (sdk / "__init__.py").write_text(f"{AREA}\nlater = Cup\n")
    code = "from pulumi_gcp import kitchen; print('Cup' in vars(kitchen), kitchen.later.__name__)"
    assert run(code, sdk.parent.parent) == "True Cup"


def test_nested_types_written_otherwise_are_run_as_they_stand(sdk: Path) -> None:
    (sdk / "_inputs.py").write_text(INPUTS.replace("'UnusedArgs'", "'UnusedArgs', 'Odd'") + "Odd = int\n")
    code = "from pulumi_gcp import kitchen; print(kitchen.Odd.__name__, kitchen.CupHandleArgs.__name__)"
    assert run(code, sdk.parent.parent) == "int CupHandleArgs"


def test_a_class_that_is_kept_is_the_same_in_the_next_run(sdk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    code = "from pulumi_gcp import kitchen; print(kitchen.CupHandleArgs(size=3).size)"
    first = run(code, sdk.parent.parent)
    assert len([*sdk.rglob("_inputs*lazy*.pyc")]) == 1
    assert first == run(code, sdk.parent.parent) == "3"


@pytest.mark.parametrize("spoiled", [False, True])
def test_what_is_kept_of_another_version_is_not_used(
    sdk: Path, spoiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    code = "from pulumi_gcp import kitchen; print(*kitchen.CupHandleArgs.__init__.__kwdefaults__ or ['none'])"
    assert run(code, sdk.parent.parent) == "none"
    (sdk / "_inputs.py").write_text(INPUTS.replace("*, size: pulumi.Input[int]", "*, size=1"))
    for kept in sdk.rglob("_inputs*lazy*.pyc") if spoiled else ():
        kept.write_bytes(b"spoiled")
    assert run(code, sdk.parent.parent) == "size"


def test_the_top_of_an_sdk_tells_pulumi_of_its_types_and_waits_with_its_resources(sdk: Path) -> None:
    top = sdk.parent
    (top / "__init__.py").write_text(f"{TOP}\n_utilities.register(\n    'kitchen'\n)\n")
    (top / "_utilities.py").write_text("told = []\nregister = told.append\n")
    (top / "spoon.py").write_text("__all__ = ['Spoon']\nclass Spoon:\n    pass\n")
    code = """
import pulumi_gcp, sys
print(*pulumi_gcp._utilities.told, 'pulumi_gcp.spoon' in sys.modules, pulumi_gcp.Spoon.__name__)
print(hasattr(pulumi_gcp, 'Fork'), *pulumi_gcp._utilities.told)
"""
    assert run(code, top.parent).split() == ["kitchen", "False", "Spoon", "False", "kitchen"]


def test_it_can_be_switched_off(sdk: Path) -> None:
    code = "import pulumi_gcp.kitchen as kitchen; print('Cup' in vars(kitchen))"
    assert run(code, sdk.parent.parent, switch="off") == "True"
