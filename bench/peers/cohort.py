"""The class of ten: right, partly right and wrong answers, made from the variants."""

from __future__ import annotations

from grader.layout import KIT

from .suite import TOPIC

ANSWERS = {
    "ana": [],
    "bruno": ["right/MyLinear/functional", "right/RMSNorm/llama", "right/swish/native"],
    "carla": ["right/HalfSpectrum/fft_slice", "right/CausalMask/where_positions"],
    "diego": ["wrong/MyLinear/no_relu"],
    "elena": ["wrong/HalfSpectrum/sizes", "right/MyLinear/registered"],
    "farid": ["wrong/CausalMask/diagonal", "wrong/RMSNorm/layer_norm"],
    "gita": ["wrong/swish/product_rule", "wrong/round_ste/floor"],
    "hugo": [
        "wrong/MyLinear/transposed",
        "wrong/HalfSpectrum/all_axes",
        "wrong/RMSNorm/overflow",
        "wrong/CausalMask/no_check",
        "wrong/round_ste/ones",
        "wrong/swish/no_upstream",
    ],
}
"""The variants that stand after the solution, by student."""


def cohort() -> dict[str, bytes]:
    """Return the source of the topic by student."""
    solution = (KIT.solutions / f"{TOPIC}.py").read_text(encoding="utf-8")
    stub = (KIT.exercises / f"{TOPIC}.py").read_text(encoding="utf-8")
    sources = {
        student: "\n\n".join([solution, *map(variant, names)])
        for student, names in ANSWERS.items()
    }
    sources["irina"] = solution + "\n\ndef swish(x) return x\n"
    sources["jonas"] = stub.replace(
        "from grader import NotStarted", "NotStarted = NotImplementedError"
    )
    return {student: text.encode() for student, text in sources.items()}


def variant(name: str) -> str:
    """Return the source of `side/Symbol/name`."""
    side, symbol, file = name.split("/")
    path = KIT.variants / side / TOPIC / symbol / f"{file}.py"
    return path.read_text(encoding="utf-8")
