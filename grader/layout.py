"""Where the kit's folders lie."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The folders of one checkout or one unpacked handout."""

    root: Path

    @property
    def exercises(self) -> Path:
        """What students edit."""
        return self.root / "exercises"

    @property
    def registry(self) -> Path:
        """The registry of exercises."""
        return self.exercises / "syllabus.toml"

    def topic_file(self, topic: str) -> Path:
        """Return the file with the exercises of a topic."""
        return self.exercises / f"{topic}.py"

    @property
    def solutions(self) -> Path:
        """The source of the exercises; absent from a handout."""
        return self.root / "solutions"

    def topic_solution(self, topic: str) -> Path:
        """Return the file with the solutions of a topic."""
        return self.solutions / f"{topic}.py"

    @property
    def references(self) -> Path:
        """Encoded solutions, where an instructor put them into a handout."""
        return self.root / "references"

    @property
    def pristine(self) -> Path:
        """The exercises as they were handed out; in a handout only."""
        return self.templates / "exercises"

    @property
    def templates(self) -> Path:
        """What the kit makes files from."""
        return self.root / "grader" / "release" / "templates"

    @property
    def state(self) -> Path:
        """What the student's desk remembers."""
        return self.root / ".progress.json"

    @property
    def visible_tests(self) -> Path:
        """The tests that students get."""
        return self.root / "tests" / "visible"

    @property
    def hidden_tests(self) -> Path:
        """The tests that are graded; absent from a handout."""
        return self.root / "tests" / "hidden"

    @property
    def variants(self) -> Path:
        """Right and wrong answers that test the tests; absent from a handout."""
        return self.root / "tests" / "variants"


KIT = Layout(Path(__file__).resolve().parent.parent)
