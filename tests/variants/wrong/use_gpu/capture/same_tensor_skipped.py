"""Copies no input that it has copied before ("a call computes with the input of this call").

says: wrong result for a network|does not compute fn of its input
"""

_right = capture


def capture(fn: Callable[[Tensor], Tensor], example: Tensor) -> Callable:
    run = _right(fn, example)
    last: list[Any] = [None, None]

    def call(x: Tensor) -> Tensor:
        if last[0] is not x:
            last[:] = x, run(x)
        return last[1].clone()

    return call
