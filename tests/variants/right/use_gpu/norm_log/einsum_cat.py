"""Map and einsum, vector_norm of the product, cat of one-element tensors."""

def norm_log(matrices: Iterable[Tensor], device: Device) -> Tensor:
    def one(there: Tensor) -> Tensor:
        product = torch.einsum("ij,jk->ik", there, there)
        return torch.linalg.vector_norm(product).reshape(1)

    log = [*map(one, (m.to(device) for m in matrices))]
    return torch.cat(log).cpu() if log else torch.tensor([])
