"""Each block in a module of its own that checkpoints it."""
import torch.utils.checkpoint


class _Wrapped(nn.Module):
    def __init__(self, block):
        super().__init__()
        self.inner = block

    def forward(self, x):
        if not torch.is_grad_enabled():
            return self.inner(x)
        return torch.utils.checkpoint.checkpoint(self.inner, x, use_reentrant=False, preserve_rng_state=True)


def checkpointed(blocks):
    return nn.Sequential(*[_Wrapped(b) for b in blocks])
