"""Walks the names by recursion; a call copies after the rest has been checked."""


def reuse_layers(
    source: nn.Module, target: nn.Module, names: Sequence[str]
) -> list[str]:
    def shapes(layer: nn.Module) -> set[tuple[str, torch.Size]]:
        return {(key, value.shape) for key, value in layer.state_dict().items()}

    def copy_from(position: int) -> list[str]:
        if position == len(names):
            return []
        name = names[position]
        try:
            giver, taker = (net.get_submodule(name) for net in (source, target))
        except AttributeError:
            raise ValueError(f"there is no module {name!r} in one network") from None
        if shapes(giver) ^ shapes(taker):
            raise ValueError(f"the tensors of module {name!r} do not match")
        rest = copy_from(position + 1)
        taker.load_state_dict(giver.state_dict())
        return [name, *rest]

    return copy_from(0)
