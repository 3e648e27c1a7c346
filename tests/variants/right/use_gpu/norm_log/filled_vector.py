"""The norms, each by hand, joined as vectors of one element."""
def norm_log(matrices: Iterable[Tensor], device: Device) -> Tensor:
    def squares() -> Iterator[Tensor]:
        for matrix in matrices:
            there = matrix.to(device)
            square = torch.mm(there, there)
            yield torch.linalg.vector_norm(square).reshape(1)

    norms = tuple(squares())
    return torch.cat(norms).to("cpu") if norms else torch.tensor([])
