"""Layers: merged in order, and found by the handler (lambda-execution section 6)."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.unit.functions.world import World, zipped

from gatelet.functions.code import CodeStore
from gatelet.functions.layers import merge, merged_name
from gatelet.functions.model import CodeReference

WHICH = """
import sys
import shared, only_first, versioned
def handler(event, context):
    import boto3
    return [shared.NAME, only_first.NAME, versioned.NAME, boto3.NAME]
"""


def tree(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}


def unpacked(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o555)
    return root


def test_a_later_layer_overwrites(tmp_path: Path) -> None:
    first = unpacked(tmp_path / "1", {"a": "1", "b/c": "1", "b/d": "1", "file": "1", "tree/x": "1"})
    second = unpacked(tmp_path / "2", {"b/c": "2", "file/in": "2", "tree": "2"})
    target = tmp_path / "merged"
    target.mkdir()
    merge([first, second], target)
    assert tree(target) == {"a": "1", "b/c": "2", "b/d": "1", "file/in": "2", "tree": "2"}
    assert tree(first)["b/c"] == "1"
    assert os.access(target / "b" / "c", os.X_OK)
    assert (target / "b").stat().st_mode & 0o777 == 0o555


def test_the_name_tells_content_and_order() -> None:
    assert merged_name(["a"]) == "a"
    assert len({merged_name(blobs) for blobs in ([], ["a"], ["a", "b"], ["b", "a"])}) == 4


def stored(world: World, files: Mapping[str, str]) -> CodeReference:
    data = zipped(files)
    blob = world.run(world.data.blobs.put(data))
    return {"blob": blob, "size": len(data), "sha256": b64encode(hashlib.sha256(data).digest()).decode()}


def test_the_handler_finds_its_layers(world: World) -> None:
    """Section 6: the function's own files first, then the layers', then the runtime's; by real directories."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    layers = [
        stored(world, {"python/shared.py": "NAME = 'first'", "python/only_first.py": "NAME = 'first'"}),
        stored(
            world,
            {
                "python/shared.py": "NAME = 'second'",
                "python/boto3.py": "NAME = 'of a layer'",
                "python/versioned.py": "NAME = 'plain'",
                f"python/lib/{version}/site-packages/versioned.py": "NAME = 'of this version'",
            },
        ),
    ]
    target = world.function(WHICH, layers=layers)
    assert world.value(target) == ["second", "first", "of this version", "of a layer"]


@pytest.mark.parametrize("sandbox", ["auto", "-namespaces"])
def test_layers_are_at_opt_or_the_log_says_where(make_world: Callable[..., World], sandbox: str) -> None:
    """Section 6: ``/opt``. A host that gives workers no file system of their own is not silent about it."""
    world = make_world(sandbox=("auto", sandbox))
    layer = stored(world, {"data.txt": "of the layer"})
    source = "import os\ndef handler(event, context):\n    return os.path.exists('/opt/data.txt')\n"
    target = world.function(source, layers=[layer])
    at_opt = world.value(target)
    said = [line for line in world.log(target) if "[WARNING] this host gives a worker no /opt of its own" in line]
    assert at_opt is not bool(said)
    assert at_opt is ("/opt" not in world.service.sandbox)
    assert not (at_opt and sandbox == "-namespaces")
    for line in said:
        assert (Path(line.split()[-1]) / "data.txt").read_text() == "of the layer"


def test_merged_layers_are_shared_and_forgotten(forking: World, tmp_path: Path) -> None:
    store = CodeStore(tmp_path / "code", forking.data.blobs)
    blobs = [stored(forking, {"a": text})["blob"] for text in ("1", "2")]

    async def story() -> list[Path]:
        both = list(await asyncio.gather(store.prepare_layers(blobs), store.prepare_layers(blobs)))
        one = await store.prepare_layers(blobs[:1])
        await store.collect_garbage(lambda: in_use({merged_name(blobs)}))
        return [*both, one]

    async def in_use(names: set[str]) -> set[str]:
        return names

    first, second, one = forking.run(story())
    assert first == second
    assert tree(first) == {"a": "2"}
    assert not one.exists()
