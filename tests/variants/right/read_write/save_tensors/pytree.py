"""torch's own pytree maps a copy over all tensors, in torch.save's older format.
"""

from torch.utils import _pytree


def save_tensors(obj: Tensors, path: FilePath) -> None:
    def own(t: Tensor) -> Tensor:
        return t.detach().clone(memory_format=torch.contiguous_format)

    leaves, spec = _pytree.tree_flatten(obj)
    copies = _pytree.tree_unflatten([own(t) for t in leaves], spec)
    torch.save(copies, os.fspath(path), _use_new_zipfile_serialization=False)


load_tensors = torch.serialization.load
