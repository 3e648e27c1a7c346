"""Counts the devices of whatever accelerator there is ("the number of CUDA devices")."""

def num_gpus() -> int:
    return torch.accelerator.device_count() if torch.accelerator.is_available() else 0
