#!/usr/bin/env python3
"""Tests of imports.py: what it must report, and what it must accept."""

import contextlib
import io
import pathlib
import tempfile
import unittest

import imports


def check(files: dict[str, str]) -> tuple[int, str]:
    """Returns the exit code and the output of imports.py for a crate with these files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        said = io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            code = imports.check(pathlib.Path(folder), imports.ROOMS)
        return code, said.getvalue()


class Imports(unittest.TestCase):
    def assert_wrong(self, files: dict[str, str], words: str) -> None:
        code, said = check(files)
        self.assertEqual(code, 1, said)
        self.assertIn(words, said)

    def assert_right(self, files: dict[str, str]) -> None:
        code, said = check(files)
        self.assertEqual(code, 0, said)

    def test_a_circle_is_found(self) -> None:
        files = {"tools/mod.rs": "", "tools/a.rs": "use super::b::B;", "tools/b.rs": "use super::c;", "tools/c.rs": "fn f() { crate::tools::a::f() }"}
        self.assert_wrong(files, "tools::c imports tools::a")

    def test_a_circle_through_the_file_of_the_folder_is_found(self) -> None:
        self.assert_wrong({"relay/mod.rs": "mod pace;\nuse self::pace::P;", "relay/pace.rs": "use super::R;"}, "circle")

    def test_an_import_of_a_lower_room_is_found_in_whatever_form(self) -> None:
        lower = {"store/mod.rs": ""}
        for text in [
            "use crate::store::Store;",
            "use crate::{store, tools};",
            "use crate::{tools::{x, y}, store::{self, Store as S}};",
            "fn f(s: &crate::store::Store) {}",
            "use crate :: store :: *;",
            "pub use super::super::store::Store;",
        ]:
            with self.subTest(text):
                self.assert_wrong({**lower, "tools/a.rs": text}, "tools::a imports store")

    def test_a_nested_group_with_a_comma_at_its_end_imports_no_parent(self) -> None:
        files = {"store/mod.rs": "mod a;\nmod b;\nuse self::a::A;", "store/a.rs": "use super::{\n    b::{self, B},\n};", "store/b.rs": ""}
        self.assert_right(files)

    def test_a_file_in_no_room_is_found(self) -> None:
        self.assert_wrong({"elsewhere.rs": ""}, "in no room")

    def test_what_is_no_code_does_not_count(self) -> None:
        text = '''
//! See [`crate::store`].
/* use crate::store::A; */
const A: &str = "use crate::store::A;"; // crate::store::A
const B: &str = r#"crate::store::B "quoted""#;
const C: (char, &str) = ('"', "crate::store::C");
#[cfg(test)]
mod tests {
    use crate::store::D;
    fn f() { if true { crate::store::f() } }
}
'''
        self.assert_right({"tools/a.rs": text, "store/mod.rs": ""})

    def test_imports_from_above_and_of_own_files_are_right(self) -> None:
        files = {
            "tools/mod.rs": "pub mod a;\nmod b;\npub use b::B;\npub use self::a::A;",
            "tools/a.rs": "use super::b::B;",
            "tools/b.rs": "",
            "store/mod.rs": "use crate::tools::{a, B};",
            "store/tests.rs": "use crate::install::X;",
            "install/mod.rs": "use crate::store::Store;",
        }
        self.assert_right(files)


if __name__ == "__main__":
    unittest.main()
