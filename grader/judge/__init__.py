"""The judge: a trusted pytest process that asks a box for values and compares them."""

from grader.judge.process import Judge, JudgeError

__all__ = ["Judge", "JudgeError"]
