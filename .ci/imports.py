#!/usr/bin/env python3
"""Checks imports: those of shared/src against the rooms of ARCHITECTURE.md, those of the other crates for circles.

Two rules, each with an exit code of 1 when it is broken:

- No circle: no file imports, directly or through others, a file that imports it.
- Downwards only, in shared/src: a file imports from its own room and from rooms above it in ROOMS, never from a room below.

An import is a `use` or a full path (crate::, super::, self::). A mod.rs that calls a file of its own folder by its name
(`calls::check(..)`) imports nothing: it is the head of its folder, and may give its files what they share.

Only code counts: tests, comments and documentation may name anything. EXCEPTIONS lists the imports that may run the
other way; it is empty.
"""

import pathlib
import re
import sys

# The rooms in order. A room imports only from itself and from the rooms above it.
ROOMS = [
    "tools",
    "model",
    "adapter",
    "channel",
    "helpdesk",
    "outside",
    "store",
    "installations",
    "start",
    "engine",
    "ingest",
    "relay",
    "install",
    "web",
]

# The folders of sources, each with its rooms.
CRATES: dict[str, list[str]] = {
    "shared/src": ROOMS,
    "infra/vendors/src": [],
    "infra/local/src": [],
    "infra/cli/src": [],
    "tests/src": [],
}

# (importing file, imported file), both as module paths.
EXCEPTIONS: set[tuple[str, str]] = set()

# A comment, a raw string, a string or a character.
NO_CODE = re.compile(
    r"""//[^\n]*|/\*.*?\*/|\br(#*)".*?"\1|"(?:\\.|[^"\\])*"|'(?:\\(?:u\{\w+\}|x\w\w|.)|[^'\\])'""", re.S
)
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def code_of(text: str) -> str:
    """Returns the code of a file, without strings, comments and items that are compiled for tests only."""
    text = NO_CODE.sub(" ", text)
    out = []
    at = 0
    for match in re.finditer(r"#\[cfg\(test\)\]", text):
        if match.start() < at:
            continue
        out.append(text[at : match.start()])
        at = end_of_item(text, match.end())
    return "".join(out) + text[at:]


def end_of_item(text: str, at: int) -> int:
    """Returns the end of the item that begins at `at`: the position after its block or its semicolon."""
    depth = 0
    for position in range(at, len(text)):
        if text[position] == "{":
            depth += 1
        elif text[position] == "}":
            depth -= 1
            if depth == 0:
                return position + 1
        elif text[position] == ";" and depth == 0:
            return position + 1
    return len(text)


def use_paths(text: str) -> list[list[str]]:
    """Returns every path of a use tree as a list of words."""
    paths: list[list[str]] = []
    stack: list[list[str]] = [[]]
    current: list[str] = []
    ended = True
    for token in re.findall(r"::|\bas\s+\w+|\w+|[{},*]", text):
        if token == "{":
            stack.append(stack[-1] + current)
            current, ended = [], True
        elif token in ",}":
            if not ended:
                paths.append(stack[-1] + current)
            current, ended = [], True
            if token == "}":
                stack.pop()
        elif token == "*" or WORD.fullmatch(token):
            current.append(token)
            ended = False
    if not ended:
        paths.append(stack[-1] + current)
    return paths


class Crate:
    """The files of a crate by module path, with the imports of each."""

    def __init__(self, root: pathlib.Path):
        self.files = {}
        for path in sorted(root.rglob("*.rs")):
            parts = list(path.relative_to(root).with_suffix("").parts)
            if parts[-1] in ("mod", "lib", "main"):
                parts.pop()
            if "tests" in parts or parts[:1] == ["testing"]:
                continue
            self.files[tuple(parts)] = code_of(path.read_text())
        self.imports = {module: self.imports_of(module, code) for module, code in self.files.items()}

    def imports_of(self, module: tuple[str, ...], code: str) -> set[tuple[str, ...]]:
        found = set()
        uses = re.compile(r"\b(pub(?:\([^)]*\))?\s+)?use\s+([^;]+);")
        for visibility, tree in uses.findall(code):
            paths = use_paths(tree)
            # A module that re-exports items of its own files does not depend on these files.
            shows = bool(visibility)
            found |= self.targets(module, paths, shows)
        inline = re.findall(r"\b((?:crate|super|self)(?:::\w+)+)", uses.sub("", code))
        found |= self.targets(module, [path.split("::") for path in inline], False)
        return found

    def targets(self, module: tuple[str, ...], paths: list[list[str]], shows: bool) -> set[tuple[str, ...]]:
        found = set()
        for path in paths:
            target = self.resolve(module, path)
            if target is None or target == module or target == ():
                continue
            if shows and target[: len(module)] == module:
                continue
            found.add(target)
        return found

    def resolve(self, module: tuple[str, ...], path: list[str]) -> tuple[str, ...] | None:
        """Returns the file that a path leads to, or None if it leads out of the crate."""
        at: list[str]
        if path[0] == "crate":
            at, rest = [], path[1:]
        elif path[0] == "self":
            at, rest = list(module), path[1:]
        elif path[0] == "super":
            at, rest = list(module), path
            while rest and rest[0] == "super":
                at, rest = at[:-1], rest[1:]
        elif (*module, path[0]) in self.files:
            at, rest = list(module), path
        else:
            return None
        for word in rest:
            if (*at, word) not in self.files:
                break
            at.append(word)
        return tuple(at)

    def circles(self) -> list[list[tuple[str, ...]]]:
        """Returns the groups of files that import each other (Tarjan's strongly connected components)."""
        index: dict[tuple[str, ...], int] = {}
        low: dict[tuple[str, ...], int] = {}
        stack: list[tuple[str, ...]] = []
        found = []

        def visit(module: tuple[str, ...]) -> None:
            index[module] = low[module] = len(index)
            stack.append(module)
            for target in sorted(self.imports[module]):
                if target not in index:
                    visit(target)
                    low[module] = min(low[module], low[target])
                elif target in stack:
                    low[module] = min(low[module], index[target])
            if low[module] == index[module]:
                group = []
                while not group or group[-1] != module:
                    group.append(stack.pop())
                if len(group) > 1:
                    found.append(sorted(group))

        for module in self.files:
            if module not in index:
                visit(module)
        return found


def name(module: tuple[str, ...]) -> str:
    return "::".join(module) or "lib"


def check(root: pathlib.Path, rooms: list[str]) -> int:
    """Says what is wrong with the imports of a crate; 1 when anything is. Without rooms only circles are wrong."""
    crate = Crate(root)
    rank = {room: number for number, room in enumerate(rooms)}
    wrong = []
    for module, targets in sorted(crate.imports.items() if rooms else []):
        if not module:
            continue
        if module[0] not in rank:
            wrong.append(f"{name(module)} is in no room; add `{module[0]}` to ROOMS")
            continue
        for target in sorted(targets):
            if (name(module), name(target)) in EXCEPTIONS or module[0] == target[0]:
                continue
            if rank.get(target[0], -1) >= rank[module[0]]:
                wrong.append(f"{name(module)} imports {name(target)}, which is not above it")
    for group in crate.circles():
        arrows = [
            f"    {name(module)} imports {name(target)}"
            for module in group
            for target in sorted(crate.imports[module])
            if target in group
        ]
        wrong.append("a circle of imports:\n" + "\n".join(arrows))
    for line in wrong:
        print(line, file=sys.stderr)
    imports = sum(map(len, crate.imports.values()))
    print(f"{len(crate.files)} files, {imports} imports, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    failed = 0
    for folder, its_rooms in CRATES.items():
        print(f"{folder}: ", end="", flush=True)
        failed |= check(pathlib.Path(folder), its_rooms)
    sys.exit(failed)
