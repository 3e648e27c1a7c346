"""Maps the file into memory instead of reading it: what was returned changes when the
file is written again, and files in torch.save's older format are refused ("Return
what `save_tensors`, or `torch.save`, wrote", "values bit for bit").

says: torch.load takes both formats
"""

def load_tensors(path: FilePath) -> Tensors:
    return torch.load(path, map_location="cpu", weights_only=True, mmap=True)
