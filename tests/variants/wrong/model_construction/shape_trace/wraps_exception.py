"""Raises a RuntimeError of its own from the exception of the network: breaks "the
exception reaches the caller".

says: (?s)another exception.*got +RuntimeError.*except does not
"""


def shape_trace(net: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    trace: list[tuple[str, tuple[int, ...]]] = []
    handles = []

    def recorder(name: str) -> Callable[..., None]:
        def record(module: nn.Module, args: Any, output: Tensor) -> None:
            trace.append((name, tuple(output.shape)))

        return record

    try:
        for name, module in net.named_modules():
            if not list(module.children()):
                handles.append(module.register_forward_hook(recorder(name)))
        net(x)
    except Exception as error:
        raise RuntimeError(f"the network failed after {trace}") from error
    finally:
        for handle in handles:
            handle.remove()
    return trace
