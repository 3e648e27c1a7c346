"""Two phases in functional style: first a list of complaints, each from a generator,
then a list of partials that is run only if there is no complaint."""

from functools import partial
from itertools import chain


def load_into_lazy(net: nn.Module, state: dict[str, Tensor]) -> None:
    own = net.state_dict(keep_vars=True)
    common = [name for name in own if name in state]
    fixed = [n for n in common if not isinstance(own[n], UninitializedParameter)]
    complaints = chain(
        (f"missing {name}" for name in own if name not in state),
        (f"unknown {name}" for name in state if name not in own),
        (
            f"{name} has shape {tuple(state[name].shape)}"
            for name in fixed
            if own[name].shape != state[name].shape
        ),
    )
    if text := "; ".join(complaints):
        raise RuntimeError(text)
    lazy = {id(own[n]): (own[n], state[n]) for n in common if n not in fixed}
    plan = [partial(p.materialize, value.shape) for p, value in lazy.values()]
    plan += [partial(_overwrite, own[name], state[name]) for name in common]
    for step in plan:
        step()


@torch.no_grad()
def _overwrite(target: Tensor, value: Tensor) -> None:
    target.copy_(value)
