"""Counts the devices of torch.accelerator, of whatever kind ("the number of CUDA devices")."""


def num_gpus() -> int:
    if not torch.accelerator.is_available():
        return 0
    return torch.accelerator.device_count()
