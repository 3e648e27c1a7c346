"""The norm of the flat product, from a generator."""
def norm_log(matrices: Iterable[Tensor], device: Device) -> Tensor:
    def squares():
        for m in matrices:
            here = m.to(device, non_blocking=True)
            yield torch.linalg.vector_norm((here @ here).flatten()).reshape(1)

    there = tuple(squares())
    return torch.cat(there).to("cpu") if there else torch.tensor([])
