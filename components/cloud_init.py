"""What a virtual machine runs, as text: templates rendered and bound into one cloud-init document.

Pure functions: no resource, no Pulumi value. The document itself is built as data and dumped as YAML, so that
no script's indentation can break it. No secret may pass here: user-data can be read by every process of the
machine and by everyone who may look at it in the console, and it is kept in the state file.

Cloud-init applies most of a document once in a machine's life. Ours is applied at every boot, so a changed
document and a restart are all that a new configuration needs, and the machine is never replaced for it.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

CONFIG_DIRECTORY = "/etc/ai-platform"
METADATA_URL = "http://metadata.google.internal/computeMetadata/v1"
SECRET_MANAGER_URL = "https://secretmanager.googleapis.com/v1"

_VALUE_BYTES = 256 * 1024
"""The most that one value of a machine's metadata may have."""

# Cloud-init's marks that it has already written our files and run our commands on this machine. They are
# removed in `bootcmd`, which runs at every boot and before both. (Container-Optimized OS forgets them by
# itself.)
_ONCE_ONLY_MARKS = tuple(
    f"/var/lib/cloud/instance/sem/config_{module}" for module in ("write_files", "runcmd", "scripts_user")
)

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    autoescape=select_autoescape(("html",)),
    keep_trailing_newline=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters["sh"] = lambda value: shlex.quote(str(value))


@dataclass(frozen=True, kw_only=True)
class File:
    """One file on the machine.

    Attributes:
        path: where, absolute.
        content: the whole text.
        mode: octal permissions; scripts need no execute bit, because units run them through `bash`.
    """

    path: str
    content: str
    mode: str = "0644"


def rendered(template: str, **values: object) -> str:
    """The text of `components/templates/TEMPLATE`; a value that the template misses is an error."""
    return _templates.get_template(template).render(values)


def script(name: str, template: str, **values: object) -> File:
    """A script in our directory of the machine."""
    return File(path=script_path(name), content=rendered(template, **values))


def script_path(name: str) -> str:
    """Where `script` puts the script of that name."""
    return f"{CONFIG_DIRECTORY}/{name}.sh"


def unit(name: str, template: str, **values: object) -> File:
    """A systemd unit, its scripts' directory already known to the template."""
    return File(
        path=f"/etc/systemd/system/{name}",
        content=rendered(template, directory=CONFIG_DIRECTORY, **values),
    )


def cloud_config(*, files: Sequence[File], commands: Sequence[Sequence[str]]) -> str:
    """The cloud-init document that writes `files` and then runs `commands`, at every boot.

    A command that fails does not stop the ones after it.

    Raises:
        ValueError: it is more than a machine's metadata takes.
    """
    document = {
        "bootcmd": [["rm", "-f", *_ONCE_ONLY_MARKS]],
        "write_files": [
            {"path": file.path, "permissions": file.mode, "content": file.content}
            for file in sorted(files, key=lambda file: file.path)
        ],
        "runcmd": [["systemctl", "daemon-reload"], *([*command] for command in commands)],
    }
    text = "#cloud-config\n" + yaml.dump(document, Dumper=_Readable, sort_keys=False, width=1000)
    return metadata_value("the cloud-init document", text)


def metadata_value(what: str, text: str) -> str:
    """`text`, if a machine's metadata takes it as one value.

    Raises:
        ValueError: it is too long.
    """
    if (size := len(text.encode())) > _VALUE_BYTES:
        raise ValueError(
            f"{what} has {size} bytes, and a value of a machine's metadata at most {_VALUE_BYTES}; "
            "write shorter values, or keep long ones in the source, a bucket or a secret"
        )
    return text


class _Readable(yaml.SafeDumper):
    """YAML with each file's text as a literal block, so that a difference in a plan can be read."""


def _as_block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Readable.add_representer(str, _as_block)
