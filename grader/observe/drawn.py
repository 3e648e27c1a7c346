"""What is drawn so that no answer is known beforehand."""

import random
from string import ascii_lowercase

LETTERS = 7


def draw_name(rng: random.Random) -> str:
    """Return a name for an attribute that nobody can know by heart.

    Where a test asks for names, paths or flags alone, whoever has the suite has the
    answers too; one case with such a name takes the work.
    """
    return "".join(rng.choices(ascii_lowercase, k=LETTERS)) + "_"
