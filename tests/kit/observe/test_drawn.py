"""Names that nobody knows beforehand."""

import random

from grader.observe import draw_name


def test_a_name_is_an_attributes_and_another_one_with_each_seed():
    names = {draw_name(random.Random(seed)) for seed in range(100)}

    assert len(names) == 100
    assert all(name.isidentifier() for name in names)
