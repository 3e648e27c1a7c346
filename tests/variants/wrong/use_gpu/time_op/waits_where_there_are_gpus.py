"""Waits for the GPU wherever there is one ("CUDA is asked about CUDA devices only").

says: look at device.type first
"""

def _read_clock(device: torch.device) -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize(device if device.type == "cuda" else None)
    return time.perf_counter()
