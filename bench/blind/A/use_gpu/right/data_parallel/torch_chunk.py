"""Correct: torch.chunk splits, clones stand for the copies, a comprehension joins.

slip: chunk, clones and one comprehension
"""

def data_parallel(net: nn.Module, x: Tensor, devices: Sequence[Device]) -> Tensor:
    def copies(device: Device) -> dict[str, Tensor]:
        return {
            **{k: v.to(device).view_as(v) for k, v in net.named_parameters()},
            **{k: v.clone().to(device) for k, v in net.named_buffers()},
        }

    return torch.cat(
        [
            functional_call(net, copies(device), part.to(device)).to(devices[0])
            for part, device in zip(torch.chunk(x, len(devices), dim=0), devices)
        ],
        dim=0,
    )
