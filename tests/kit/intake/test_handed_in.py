"""When each student handed in: a roster, a file of times, Moodle's log."""

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from grader.intake import (
    Roster,
    RosterError,
    SubmissionSource,
    find_submissions,
    read_roster,
    read_times,
)
from grader.intake.find import ClassFolder
from grader.intake.handed_in import timed
from grader.layout import KIT

FIXTURES = KIT.root / "tests" / "fixtures"
TOPICS = ("alpha", "beta")
NOON = datetime(2026, 4, 27, 12, tzinfo=UTC)
HEADER = (
    "Hora,Nome completo,Usuário afetado,Contexto do Evento,Componente,"
    "Nome do evento,Descrição,Origem,endereço IP\n"
)


def event(moment, user, number, *, affected="-", assignment=9, what="submitted"):
    said = (
        f"The user with id '{number}' has {what} the submission with id '5' for the "
        f"assignment with course module id '{assignment}'."
    )
    return (
        f'"{moment}",{user},{affected},Tarefa: PS {assignment},Tarefa,X,{said},web,::\n'
    )


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a file of times."""

    def make(text, encoding="utf-8"):
        path = tmp_path / "times.csv"
        path.write_text(text, encoding=encoding)
        return path

    return make


@pytest.fixture(autouse=True)
def zone(monkeypatch):
    """Let this machine stand in a zone of its own."""
    monkeypatch.setenv("TZ", "XXX+03")
    time.tzset()
    yield timezone(timedelta(hours=-3))
    monkeypatch.undo()
    time.tzset()


def times_of(found):
    return {o.student: (o.submitted_at, dict(o.times)) for o in found.origins}


def class_of(*origins):
    return ClassFolder(origins, ())


def test_a_file_holds_a_time_for_each_student_and_topic(write):
    path = write(
        "student,handed_in,handed_in:beta\n"
        "ana,2026-04-27T12:00Z,2026-04-28 09:00:00-03:00\n"
        "rui,,2026-04-27T12:00Z\n"
        "eva,2026-04-27 09:00,\n"
    )
    origins = [SubmissionSource(name, path) for name in ("Ana", "rui", "eva", "tom")]

    found = timed(class_of(*origins), None, read_times(path, TOPICS))

    assert times_of(found) == {
        "Ana": (NOON, {"beta": NOON + timedelta(days=1)}),
        "rui": (None, {"beta": NOON}),
        "eva": (NOON, {}),
        "tom": (None, {}),
    }


def test_a_file_goes_before_the_roster_and_the_roster_before_the_platform(write):
    moments = [f"2026-04-2{day}T12:00Z" for day in (7, 8)]
    roster = read_roster(
        write(f"student,handed_in,handed_in:beta\nana,{moments[1]},{moments[1]}\n"),
        TOPICS,
    )
    times = read_times(write(f"student,handed_in\nana,{moments[0]}\n"), TOPICS)
    later = NOON + timedelta(days=1)
    ana = SubmissionSource("ana", FIXTURES, submitted_at=NOON - timedelta(days=1))

    by_roster = timed(class_of(ana), roster, None)
    by_both = timed(class_of(ana), roster, times)

    assert times_of(by_roster) == {"ana": (later, {"beta": later})}
    assert times_of(by_both) == {"ana": (NOON, {"beta": later})}


def test_who_has_a_time_and_did_not_hand_in_is_told(write):
    times = read_times(write("student,handed_in\nanna,2026-04-27T12:00Z\n"), TOPICS)

    found = timed(class_of(SubmissionSource("ana", FIXTURES)), None, times)

    assert found.untimed == ("anna",)


def test_moodles_log_tells_the_last_time_in_any_language(write):
    log = write(
        HEADER
        + event("28/04/26, 09:00:00", "Ana Souza", 12)
        + event("27/04/26, 9:00:00", "Ana Souza", 12)
        + event("29/04/26, 09:00:00", "Ana Souza", 12, what="viewed")
        + event("27/04/2026, 09:00", "Prof", 1, affected="Conor OBrien"),
        "utf-8-sig",
    )

    found = find_submissions(
        FIXTURES / "moodle",
        roster=read_roster(FIXTURES / "roster.csv"),
        times=read_times(log, TOPICS),
    )

    times = times_of(found)
    assert times["ana-souza"] == (NOON + timedelta(days=1), {})
    assert times["conor-obrien"] == (NOON, {})
    assert times["lucia-pena"] == (None, {})
    assert found.untimed == ()


def test_moodles_log_and_a_folder_meet_in_the_roster(write, tmp_path):
    log = write(HEADER + event("27/04/26, 09:00:00", "Ana Souza", 12))
    (tmp_path / "class" / "ana-souza").mkdir(parents=True)

    found = find_submissions(
        tmp_path / "class",
        roster=read_roster(FIXTURES / "roster.csv"),
        times=read_times(log, TOPICS),
    )

    assert times_of(found) == {"ana-souza": (NOON, {})}


def test_two_of_one_name_in_the_log_are_not_guessed_between(write):
    log = write(
        HEADER
        + event("27/04/26, 09:00:00", "Kim Lee", 12)
        + event("28/04/26, 09:00:00", "Kim Lee", 13)
    )
    kim = SubmissionSource("kim", FIXTURES, ids=(("name", "Kim Lee"),))

    found = timed(class_of(kim), Roster(), read_times(log, TOPICS))

    assert times_of(found) == {"kim": (None, {})}
    assert len(found.untimed) == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("student,name\nana,Ana\n", "holds no times: it needs the columns student and"),
        ("student,handed_in\nana,soon\n", "line 2: 'soon': name day, time and zone"),
        ("student,handed_in\nana,2026-04-27\n", "line 2: '2026-04-27': name day, time"),
        ("student,handed_in:gamma\n", r"line 1: unknown column 'handed_in:gamma'"),
        (
            HEADER + event("04/27/26, 09:00:00", "Ana", 12),
            "line 2: '04/27/26, 09:00:00' is no time with the day first",
        ),
        (
            HEADER + event("4/27/26, 9:00 AM", "Ana", 12),
            "line 2: '4/27/26, 9:00 AM' is no time as",
        ),
        (
            HEADER
            + event("27/04/26, 09:00", "Ana", 12)
            + event("27/04/26, 09:00", "Ana", 12, assignment=7),
            "is of several assignments: Tarefa: PS 9, Tarefa: PS 7. In Moodle: Rep",
        ),
        (
            HEADER + event("27/04/26, 09:00", "Ana", 12, what="viewed"),
            "tells of nobody. In Moodle: Reports, Logs",
        ),
    ],
)
def test_what_is_amiss_names_file_line_and_step(write, text, says):
    with pytest.raises(RosterError, match=r"times\.csv") as caught:
        read_times(write(text), TOPICS)

    assert says in str(caught.value)
