"""One student has many spellings; every id can name a file."""

import os
import unicodedata

import pytest

from grader.identity import file_name, fit_id, is_fit_id, same_student, same_words

NAMES = ("Lucía Peña", unicodedata.normalize("NFD", "lucía PEÑA"))


def test_accents_and_case_do_not_tell_students_apart():
    assert same_student(NAMES[0]) == same_student(NAMES[1])
    assert same_student("ana") != same_student("anna")


def test_blanks_around_words_do_not_tell_names_apart():
    assert same_words("  Ana \t Souza ") == same_words("ana souza")
    assert same_words("ana-souza") != same_words("ana souza")
    assert same_words("ana_-souza", r"\s_-") == same_words("Ana Souza")


@pytest.mark.parametrize(
    "name", ["", ".", "../etc", "a/b", "a\\b", "a\0b", "a\x7f", "a\udcff", "a\u202eb"]
)
def test_an_id_that_names_no_file_of_its_folder_is_made_to(tmp_path, name):
    made = fit_id(name)

    assert not is_fit_id(name)
    assert is_fit_id(made)
    assert (tmp_path / made).resolve().parent == tmp_path.resolve()


def test_an_id_that_fits_stays_as_it_is():
    assert fit_id("Lucía Peña, Jr. ²") == "Lucía Peña, Jr. ²"
    assert is_fit_id("Lucía Peña, Jr.")


def test_long_ids_have_different_file_names_that_a_file_system_takes():
    first, second = ("é" * 200 + end for end in "ab")

    assert file_name(first) != file_name(second)
    assert len(os.fsencode(file_name(first))) < 200
    assert file_name("ana") == "ana"
