"""What a resource type takes and gives, read from the provider SDKs' own classes.

Owns names, kinds, nesting, required properties, outputs and secret outputs. Reads the installed SDKs'
source and never imports it: one import of `pulumi_gcp.compute` costs more than a whole plan. Does not know
values, references or names in use: that is `rules`.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_NAMESPACES = ("pulumi", "pulumiverse")
_SCALARS = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}
_ASSETS = {"Asset", "Archive", "AssetOrArchive"}
_WRAPPERS = {"Input", "Output", "Optional", "NotRequired", "InputType"}


class SchemaMissingError(LookupError):
    """No installed SDK has this type."""


@dataclass(frozen=True)
class Kind:
    """The kind of a value.

    Attributes:
        name: `string`, `integer`, `number`, `boolean`, `list`, `map`, `object`, `asset` or `any`.
        element: the kind of a list's or map's elements.
        reference: where an object's class is: the directory of its SDK module, and its name.
    """

    name: str
    element: Kind | None = None
    reference: tuple[Path, str] | None = None


@dataclass(frozen=True)
class Property:
    """One input property: its name on the wire, its kind, whether it must be given, and its documentation."""

    name: str
    kind: Kind
    required: bool = False
    doc: str = ""


@dataclass(frozen=True)
class ResourceSchema:
    """A resource type: its input properties and the kinds of its outputs, by name on the wire."""

    type: str
    inputs: Mapping[str, Property]
    outputs: Mapping[str, Kind] = field(default_factory=dict)
    secret_outputs: frozenset[str] = field(default_factory=frozenset)


ANY = Kind("any")


@cache
def resource_schema(type_token: str) -> ResourceSchema:
    """The schema of `type_token`, e.g. `gcp:redis/instance:Instance` or `pulumi:providers:gcp`.

    Raises:
        SchemaMissingError: no installed SDK has it.
    """
    directory, class_name = _locate(type_token)
    path = _class_file(directory, class_name)
    source = _class_source(path, class_name)
    arguments = next(
        filter(None, (_class_source(path, f"{class_name}{end}") for end in ("Args", "InitArgs"))), None
    )
    secrets = re.search(r"additional_secret_outputs=\[(.*?)\]", source or "", re.DOTALL)
    return ResourceSchema(
        type=type_token,
        inputs=_properties(arguments, directory) if arguments else {},
        outputs=_outputs(source, directory) if source else {},
        secret_outputs=frozenset(re.findall(r'"(\w+)"', secrets[1])) if secrets else frozenset(),
    )


@cache
def object_properties(reference: tuple[Path, str]) -> Mapping[str, Property]:
    """The properties of a nested object."""
    directory, class_name = reference
    source = _class_source(directory / "_inputs.py", class_name)
    if source is None:
        raise SchemaMissingError(f"{class_name} is not in {directory.name}/_inputs.py")
    return _properties(source, directory)


@cache
def enum_values(reference: tuple[Path, str]) -> frozenset[str] | None:
    """The values of a generated enum class, or `None` when the reference is not an enum."""
    directory, class_name = reference
    source = _class_source(directory / "_enums.py", class_name)
    if source is None:
        return None
    body = ast.parse(source).body[0]
    assert isinstance(body, ast.ClassDef)  # noqa: S101 - the slice begins with the class
    found = [node.value for node in body.body if isinstance(node, ast.Assign)]
    return frozenset(
        value.value for value in found if isinstance(value, ast.Constant) and isinstance(value.value, str)
    )


@cache
def _package(package: str) -> Path:
    for namespace in _NAMESPACES:
        spec = importlib.util.find_spec(f"{namespace}_{package.replace('-', '_')}")
        if spec is not None and spec.origin:
            return Path(spec.origin).parent
    raise SchemaMissingError(f"no SDK of the package {package!r} is installed")


@cache
def _registered(package: str) -> Mapping[str, tuple[str, str]]:
    """Each type token of a package with its Python module and class."""
    text = (_package(package) / "__init__.py").read_text()
    table = re.search(r'resource_modules="""(.*?)""",', text, re.DOTALL)
    modules = json.loads(table[1]) if table else []
    return {token: (module["fqn"], name) for module in modules for token, name in module["classes"].items()}


def python_class(type_token: str) -> str:
    """The class of a resource type by its whole name, e.g. `pulumi_gcp.redis.Instance`.

    Raises:
        SchemaMissingError: no installed SDK has it.
    """
    directory, class_name = _locate(type_token)
    package = _package(
        type_token.rpartition(":")[2] if "providers" in type_token else type_token.partition(":")[0]
    )
    inside = directory.relative_to(package.parent).parts
    return ".".join([*inside, class_name])


def _locate(type_token: str) -> tuple[Path, str]:
    package, module, name = type_token.split(":")
    if (package, module) == ("pulumi", "providers"):
        return _package(name), "Provider"
    found = _registered(package).get(type_token)
    if found is None and package == "kubernetes" and "." in module:
        # The type of a custom resource is its own API's; the SDK has one class for all of them.
        return _package(package) / "apiextensions", "CustomResource"
    if found is None:
        raise SchemaMissingError(f"the installed SDK of {package!r} has no type {type_token}")
    return _package(package).joinpath(*found[0].split(".")[1:]), found[1]


def _class_file(directory: Path, class_name: str) -> Path:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", class_name).lower()
    for candidate in (directory / f"{snake}.py", directory / f"{class_name}.py"):
        if candidate.exists() and _class_source(candidate, class_name):
            return candidate
    for candidate in sorted(directory.glob("[!_]*.py")):
        if _class_source(candidate, class_name):
            return candidate
    raise SchemaMissingError(f"{directory.name} has no class {class_name}")


@cache
def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _class_source(path: Path, class_name: str) -> str | None:
    """The text of a class, cut out of its file: a whole file of nested types takes seconds to parse."""
    text = _text(path)
    start = re.search(rf"^class {class_name}\b(?=[:(])", text, re.MULTILINE)
    if start is None:
        return None
    end = re.search(r"^(?=[@\w])", text[start.end() :], re.MULTILINE)
    return text[start.start() : start.end() + end.start()] if end else text[start.start() :]


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    body = tree.body[0]
    return (
        [node for node in body.body if isinstance(node, ast.FunctionDef)]
        if isinstance(body, ast.ClassDef)
        else []
    )


def _getter_name(function: ast.FunctionDef) -> str | None:
    """The name on the wire of the property that `function` gets, or `None` when it gets none."""
    for decorator in function.decorator_list:
        text = ast.unparse(decorator)
        if text.startswith("pulumi.getter"):
            given = re.search(r"name='(\w+)'", text)
            return given[1] if given else function.name
    return None


def _outputs(source: str, directory: Path) -> Mapping[str, Kind]:
    named = [(_getter_name(function), function.returns) for function in _functions(ast.parse(source))]
    return {name: _kind(returns, directory) if returns else ANY for name, returns in named if name}


def _properties(source: str, directory: Path) -> Mapping[str, Property]:
    functions = _functions(ast.parse(source))
    names = {function.name: name for function in functions if (name := _getter_name(function))}
    constructor = next((node for node in functions if node.name == "__init__"), None)
    if constructor is None:
        return {}
    docs = _parameter_docs(ast.get_docstring(constructor) or "")
    parameters = [*constructor.args.args[1:], *constructor.args.kwonlyargs]
    positional = constructor.args.args[1:]
    defaults = [*[None] * (len(positional) - len(constructor.args.defaults)), *constructor.args.defaults]
    found = {}
    for parameter, default in zip(parameters, [*defaults, *constructor.args.kw_defaults], strict=True):
        name = names.get(parameter.arg, parameter.arg)
        kind = _kind(parameter.annotation, directory) if parameter.annotation else ANY
        found[name] = Property(name, kind, required=default is None, doc=docs.get(parameter.arg, ""))
    return found


def _parameter_docs(docstring: str) -> dict[str, str]:
    pieces = re.split(r"^:param .*?(\w+): ", docstring, flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def _kind(node: ast.expr, directory: Path) -> Kind:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _referenced(node.value, directory)
    if isinstance(node, (ast.Attribute, ast.Name)):
        name = node.attr if isinstance(node, ast.Attribute) else node.id
        return Kind("asset") if name in _ASSETS else Kind(_SCALARS.get(name, "any"))
    if isinstance(node, ast.Subscript):
        outer = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        arguments = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if outer in _WRAPPERS:
            return _kind(arguments[0], directory)
        if outer == "Sequence":
            return Kind("list", _kind(arguments[0], directory))
        if outer == "Mapping":
            return Kind("map", _kind(arguments[1], directory))
        if outer == "Union":
            return _union([_kind(argument, directory) for argument in arguments])
    return ANY


def _union(kinds: list[Kind]) -> Kind:
    objects = [kind for kind in kinds if kind.reference and not kind.reference[1].endswith("Dict")]
    names = {kind.name for kind in kinds}
    if len(names) == 1:
        return objects[0] if objects else kinds[0]
    if names <= {"string", "asset"} and "asset" in names:
        return Kind("asset")
    return objects[0] if names == {"object"} else ANY


def _referenced(reference: str, directory: Path) -> Kind:
    *path, class_name = reference.split(".")
    if path:  # e.g. '_meta.v1.ObjectMetaArgs' or 'outputs.X': relative to the package's root
        root = next(
            parent for parent in [directory, *directory.parents] if (parent / "pulumi-plugin.json").exists()
        )
        directory = root.joinpath(path[0].lstrip("_"), *path[1:])
    if class_name.endswith(("Args", "ArgsDict")):
        return Kind("object", reference=(directory, class_name))
    return Kind("string", reference=(directory, class_name))
