# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the pages for people say is held against the code: commands, files, errors, examples."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from vla_ros.cli import main
from vla_ros.policy.spec import load_policy_profile

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))]
PAGE_NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SUFFIXES = (".py", ".md", ".yaml", ".xml", ".txt", ".rst", ".msg", ".onnx")
WORKFLOW_ENDS = {"&&", "||", ";", "|", "#"}


def commands(text: str) -> Iterator[list[str]]:
    """Yield every command of a page as words: indented lines, fences and inline code."""
    joined = re.sub(r"\\\n\s*", "", text)
    lines = [line.strip() for line in joined.splitlines() if line.startswith("    ")]
    for line in [*lines, *CODE.findall(joined)]:
        try:
            words = shlex.split(line, comments=True)
        except ValueError:  # Half a sentence in quotes.
            continue
        while words:
            end = next((i for i, word in enumerate(words) if word in WORKFLOW_ENDS), len(words))
            yield words[:end]
            words = words[end + 1 :]


@pytest.fixture(params=PAGES, ids=PAGE_NAMES)
def page(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_every_vla_ros_command_parses(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in commands(page.read_text()):
        if words[1:3] == ["-m", main.__name__]:  # That of the checkout.
            arguments = words[3:]
        elif words and Path(words[0]).name == "vla_ros":
            arguments = words[1:]
        else:
            continue
        if len(arguments) == 1:  # The verb as such.
            assert arguments[0] in main.VERBS, words
        elif arguments:
            try:
                main._parse(arguments)
            except SystemExit:
                pytest.fail(f"{page.name}: {shlex.join(words)}\n{capsys.readouterr().err}")


def test_every_make_target_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text().replace("$(VENV)", ".venv")
    for words in commands(page.read_text()):
        if words[:1] == ["make"]:
            for target in words[1:]:
                assert re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE), words


def test_every_launch_file_takes_the_arguments_that_are_named(page: Path) -> None:
    for words in commands(page.read_text()):
        if words[:3] == ["ros2", "launch", "vla_ros"] and len(words) > 3:
            files = {words[3], "bringup.launch.py"}  # The other one includes it.
            text = "".join((ROOT / "launch" / name).read_text() for name in files)
            for word in words[4:]:
                name = word.partition(":=")[0]
                assert name == "--show-args" or f'"{name}"' in text, words


def test_every_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), f"{page.name}: {target}"
        if anchor:
            titles = re.findall(r"^#+ (.*)$", linked.read_text(), re.MULTILINE)
            anchors = [re.sub(r"[^\w\- ]", "", t.lower()).replace(" ", "-") for t in titles]
            assert anchor in anchors, f"{page.name}: {target}"


def test_every_file_that_is_named_exists(page: Path) -> None:
    for name in CODE.findall(page.read_text()):
        is_path = re.fullmatch(r"[\w./-]+", name) and "/" in name and not name.startswith("/")
        if not is_path or "NAME" in name or name.startswith((".venv", "out/")):
            continue
        if name.endswith((*SUFFIXES, "/")):
            assert any((base / name).exists() for base in (ROOT, ROOT / "vla_ros")), name


def test_every_interface_that_is_named_exists(page: Path) -> None:
    for kind, name in re.findall(r"\bvla_ros/(msg|srv|action)/(\w+)", page.read_text()):
        assert (ROOT / kind / f"{name}.{kind}").is_file(), f"{kind}/{name}"


def test_yaml_examples_are_policy_profiles_that_load(page: Path, tmp_path: Path) -> None:
    for language, text in FENCE.findall(page.read_text()):
        if language == "yaml":
            name = re.search(r"^name: (\w+)", text, re.MULTILINE)
            assert name, text
            path = tmp_path / f"{name[1]}.yaml"
            path.write_text(text)
            assert load_policy_profile(path).name == name[1]


def test_python_examples_are_python(page: Path) -> None:
    for language, text in FENCE.findall(page.read_text()):
        if language == "python":
            ast.parse(text)


def test_troubleshooting_quotes_texts_that_the_code_says() -> None:
    table = (ROOT / "README.md").read_text().partition("| What you read |")[2].partition("\n\n")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    quotes = [CODE.findall(row)[0] for row in rows]
    assert len(quotes) > 5
    said = "\n".join(texts_in_code())
    for quote in quotes:
        # Any word may be one that the code fills in.
        words = [rf"(?:{re.escape(word)}|\{{\}}\S*)" for word in quote.split()]
        assert re.search(r"\s".join(words), said), quote


def texts_in_code() -> Iterator[str]:
    """Yield every text in the code, `{}` for what is filled in."""
    for path in [*ROOT.glob("vla_ros/**/*.py"), *ROOT.glob("requirements/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                parts = [p.value if isinstance(p, ast.Constant) else "{}" for p in node.values]
                yield "".join(map(str, parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
