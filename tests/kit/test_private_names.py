"""Private names that the kit uses are there and listed; each says what its loss is."""

import ast
import inspect
import re
import sys
import tomllib
from importlib import import_module, metadata
from operator import attrgetter

import pytest
import torch
from packaging.specifiers import SpecifierSet

from grader.layout import KIT
from grader.sim.kernels import KERNELS

TABLE = (KIT.root / "docs" / "fragile-places.md").read_text(encoding="utf-8")
ROWS = [row.split(" | ") for row in re.findall(r"^\| (`.*) \|$", TABLE, re.MULTILINE)]
FRAGILE = {name.strip("`"): (where, lost, then) for name, where, lost, then in ROWS}
DOCUMENTED = {"_", "_thread", "_exit", "_getframe", "_make", "_fields_"}
"""Private by their look alone: described in Python's manual, or the sign of gettext."""
SOURCES = {
    "pytest_jsonreport.plugin.config._json_report",
    "pytest_jsonreport.plugin.JSONReport._start_time",
    "torch.utils.checkpoint._initialized",
}
"""Names that a module's own code sets or asks for."""
SAMPLES = {
    "torch.UntypedStorage": torch.UntypedStorage,
    "torch.Generator": torch.Generator,
    "torch._ops.OpOverload": lambda: torch.ops.aten.add.Tensor,
}
"""Instances of classes whose attributes are made with them."""


def find(name, request):
    """Look for a name where it is used; raise an AttributeError if it is not there."""
    owner, _, leaf = name.rpartition(".")
    module = module_of(owner)
    if name in SOURCES:
        if leaf not in inspect.getsource(module):
            raise AttributeError(f"{module.__name__} does not mention it")
    elif name == "pytest.Item._fixtureinfo":
        assert request.node._fixtureinfo.argnames == ("name", "request")
    elif owner in SAMPLES:
        getattr(SAMPLES[owner](), leaf)
    else:
        attrgetter(name.removeprefix(f"{module.__name__}."))(module)


def module_of(name):
    """Return the module that a name begins with."""
    while True:
        try:
            return import_module(name)
        except ModuleNotFoundError:
            name = name.rpartition(".")[0]


@pytest.mark.parametrize("name", FRAGILE)
def test_a_private_name_is_there(name, request):
    where, lost, then = FRAGILE[name]

    try:
        find(name, request)
    except AttributeError as error:
        pytest.fail(f"{name} is gone ({error}), used in {where}: lost {lost}; {then}")


@pytest.mark.parametrize("name", FRAGILE)
def test_a_private_name_stands_where_the_table_says(name):
    files = re.findall(r"`([^`]+)`", FRAGILE[name][0])

    assert files
    for file in files:
        leaf = name.rpartition(".")[2]
        assert leaf in (KIT.root / "grader" / file).read_text(encoding="utf-8")


def own_names(trees):
    """Yield the private names that the kit itself defines."""
    for tree in trees:
        for node in ast.walk(tree):
            match node:
                case ast.FunctionDef(n) | ast.AsyncFunctionDef(n) | ast.ClassDef(n):
                    yield n
                case ast.Attribute(attr=name, ctx=ast.Store()):
                    yield name


def used_names(trees):
    """Yield every private attribute, and every private part of an import."""
    for tree in trees:
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(attr=name):
                    yield name
                case ast.Import(names=aliases):
                    for alias in aliases:
                        yield from alias.name.split(".")
                case ast.ImportFrom(module=str(module), names=aliases):
                    yield from module.split(".")
                    yield from (alias.name for alias in aliases)


def test_every_private_name_is_in_the_table():
    files = (KIT.root / "grader").rglob("*.py")
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in files]
    listed = {part for name in FRAGILE for part in name.split(".")}

    used = {*used_names(trees), *(name.partition(".")[0] for name in KERNELS)}
    private = {n for n in used if re.match(r"_(?!_)", n)} - DOCUMENTED
    assert private - {*own_names(trees)} - listed == set()


def test_a_finder_of_an_editable_installation_is_known_by_its_name():
    files = metadata.files("deep-learning-computation-kit") or []
    if not any("editable" in file.name for file in files):
        pytest.skip("the kit is not installed as editable")

    names = [str(getattr(finder, "__module__", "")) for finder in sys.meta_path]
    assert any(name.startswith("__editable__") for name in names)


def test_torch_has_an_upper_bound_that_the_tested_version_keeps():
    project = tomllib.loads((KIT.root / "pyproject.toml").read_text())["project"]

    (torch_line,) = (d for d in project["dependencies"] if d.startswith("torch"))

    bounds = SpecifierSet(torch_line.removeprefix("torch"))
    assert "<" in torch_line
    assert metadata.version("torch") in bounds
