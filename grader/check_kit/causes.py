"""A cause told for a slip that an answer does not have sends its writer astray."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from grader.check_kit.variants import Variant
from grader.scoring.message import Message
from grader.speech import _
from grader.words import render


def check_causes(
    variants: Sequence[Variant], told: Mapping[str, Message]
) -> Iterator[str]:
    """Yield the causes that are told first for another slip than an answer has.

    Args:
        variants: wrong ones.
        told: what was said first of a variant, by its name.
    """
    for variant in variants:
        message = told.get(variant.name)
        if (
            message is None
            or message.cause is None
            or says(variant, message.render(str))
        ):
            continue
        cause = render(message.cause, str)
        others = [v for v in variants if v.exercise == variant.exercise]
        if any(says(other, cause) for other in others):
            said = _("{variant}: is told another slip's cause: {cause}")
            yield said.format(variant=variant.name, cause=cause)


def says(variant: Variant, text: str) -> bool:
    """Say whether a text tells a variant's slip."""
    return re.search(variant.says, text, re.IGNORECASE) is not None
