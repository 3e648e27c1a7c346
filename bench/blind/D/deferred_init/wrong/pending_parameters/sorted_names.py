"""Sorts the names, so "10.weight" comes before "2.weight" ("their order are those of net.named_parameters()")."""


def pending_parameters(net: nn.Module) -> list[str]:
    return sorted(
        (
            name
            for name, p in net.named_parameters()
            if isinstance(p, UninitializedParameter)
        ),
        key=lambda name: name.rpartition(".")[0],
    )
