"""Takes everything from nn.Module.

says: made of nn[.]Module
"""
class MiniModule(nn.Module):
    pass
