"""The real Pulumi engine over the simulated cloud.

Owns finding the `pulumi` program, a workspace that is thrown away with its state, and the providers' servers.
Nothing of the user's is touched: not the stack's file, not the state, not `~/.pulumi`. Knows no system of
ours: what runs is any function that makes resources.
"""

from __future__ import annotations

import contextlib
import functools
import secrets
import shutil
import tempfile
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pulumi import automation

from simulator.cloud import Cloud
from simulator.engine_stack import QuickStack
from simulator.outcome import Outcome, Recorder
from simulator.serving import serving
from simulator.silence import silence_debugging, silence_stopped_programs

PROJECT_FOLDER = Path(__file__).resolve().parent.parent
_INSTALLED = PROJECT_FOLDER / ".cache" / "pulumi"


class NoEngineError(Exception):
    """There is no `pulumi` program to run; the message says where it was looked for."""


def pulumi_program() -> automation.PulumiCommand:
    """The `pulumi` program: the one on PATH, else the one installed into the project's folder.

    Raises:
        NoEngineError: there is neither.
    """
    if shutil.which("pulumi"):
        return _command(None)
    if (_INSTALLED / "bin" / "pulumi").exists():
        return _command(str(_INSTALLED))
    raise NoEngineError(
        "no `pulumi` program on PATH nor in .cache/pulumi/bin; run tools/install-pulumi where "
        "https://get.pulumi.com can be reached (`make preview` needs none)"
    )


@functools.cache
def _command(root: str | None) -> automation.PulumiCommand:
    # Cached because it runs the program once to ask for its version.
    return automation.PulumiCommand(root=root)


class EngineStack:
    """One stack of a program on the real engine, alive as long as the `engine_stack` that made it.

    Attributes:
        cloud: the simulated cloud that its providers serve.
    """

    def __init__(self, stack: QuickStack, cloud: Cloud, folder: Path) -> None:
        self.cloud = cloud
        self._stack, self._folder = stack, folder

    def preview(self, policy_packs: Sequence[str] = ()) -> Outcome:
        """Plan, and change nothing; `policy_packs` are the folders of those that judge the plan."""
        return _run(functools.partial(self._stack.preview, policy_packs=list(policy_packs)))

    def up(self, policy_packs: Sequence[str] = ()) -> Outcome:
        """Bring the cloud to what the program says, as far as the policy packs let it."""
        return _run(functools.partial(self._stack.up, policy_packs=list(policy_packs)))

    def refresh(self) -> Outcome:
        """Take over into the state what is found in the cloud."""
        return _run(self._stack.refresh)

    def destroy(self) -> Outcome:
        """Delete everything, as `pulumi destroy` does: planned first, so that a refusal deletes nothing."""
        planned = _run(self._stack.preview_destroy)
        return _run(self._stack.destroy) if planned.succeeded else planned.only_planned()

    def configure(self, config: Mapping[str, str]) -> None:
        """Set configuration values, each under its full key (`ai-platform:protect`); an object as JSON."""
        path = self._folder / f"Pulumi.{self._stack.name}.yaml"
        content = yaml.safe_load(path.read_text())
        content.setdefault("config", {}).update(config)
        path.write_text(yaml.safe_dump(content))

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, secret ones opened."""
        return {name: output.value for name, output in self._stack.read_outputs().items()}

    def resources(self) -> list[dict[str, Any]]:
        """The resources in the state, as the engine exports them, with secrets encrypted."""
        return (self._stack.export_stack().deployment or {}).get("resources", [])

    def state_text(self) -> str:
        """Every file that the engine keeps about the stack, as one text: state, history, backups."""
        files = sorted(path for path in self._folder.rglob("*") if path.is_file())
        return "\n".join(path.read_text(errors="replace") for path in files)


@contextlib.contextmanager
def engine_stack(
    program: Callable[[], object],
    stack: str = "test",
    config: Mapping[str, str] | None = None,
    *,
    secret_config: Mapping[str, str] | None = None,
    cloud: Cloud | None = None,
    project_file: Path | None = None,
) -> Generator[EngineStack]:
    """A stack of `program` on the real engine, with no resource yet.

    Args:
        program: makes the resources; runs in this process at each preview and up.
        stack: the stack's name.
        config: configuration values under their full keys; an object as JSON.
        secret_config: the same, as secrets.
        cloud: the cloud to run in; an empty one without it.
        project_file: the `Pulumi.yaml` to copy; without it one that declares no configuration.

    Raises:
        NoEngineError: there is no `pulumi` program.
    """
    command, cloud = pulumi_program(), cloud or Cloud()
    silence_stopped_programs()
    silence_debugging()
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as temporary, serving(cloud) as attached:
        folder = Path(temporary)
        _write_project(folder, stack, config or {}, project_file)
        workspace = automation.LocalWorkspace(
            work_dir=str(folder),
            pulumi_home=str(folder / "home"),
            program=functools.partial(_in_project_folder, program),
            env_vars=_environment(folder, attached),
            pulumi_command=command,
        )
        made = QuickStack(stack, workspace)
        if secret_config:
            made.set_all_config(
                {key: automation.ConfigValue(value, secret=True) for key, value in secret_config.items()}
            )
        yield EngineStack(made, cloud, folder)


def _run(operation: Callable[..., object]) -> Outcome:
    recorder = Recorder()
    try:
        operation(on_event=recorder.record, on_output=recorder.listen, on_error=recorder.listen)
    except automation.CommandError:
        outcome = recorder.outcome(succeeded=False)
        if not outcome.errors:
            raise
        return outcome
    return recorder.outcome(succeeded=True)


def _in_project_folder(program: Callable[[], object]) -> None:
    """Run `program` where its relative paths mean what they mean to a user: in the project's folder."""
    with contextlib.chdir(PROJECT_FOLDER):
        program()


def _write_project(folder: Path, stack: str, config: Mapping[str, str], project_file: Path | None) -> None:
    (folder / "state").mkdir()
    if project_file:
        shutil.copy(project_file, folder / "Pulumi.yaml")
    else:
        (folder / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "ai-platform", "runtime": "python"}))
    (folder / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump({"config": dict(config)}))


def _environment(folder: Path, attached: str) -> dict[str, str]:
    return {
        "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": secrets.token_urlsafe(),
        "PULUMI_CONFIG_PASSPHRASE_FILE": "",
        "PULUMI_DEBUG_PROVIDERS": attached,
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        # The state is written once a run and not once a resource: nobody has to go on after a crash of ours.
        "PULUMI_SKIP_CHECKPOINTS": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
