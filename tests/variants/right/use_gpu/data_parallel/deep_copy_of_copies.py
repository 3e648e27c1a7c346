"""A deep copy of the network that meets copies wherever it holds a tensor."""
import copy
import itertools
import math


def data_parallel(net: nn.Module, x: Tensor, devices: Sequence[Device]) -> Tensor:
    home = torch.device(devices[0])
    share = math.ceil(x.size(0) / len(devices))
    gathered = []
    for k, device in enumerate(devices):
        part = x[k * share : (k + 1) * share]
        if not part.size(0):
            break
        memo: dict[int, Any] = {}
        for t in itertools.chain(net.parameters(), net.buffers()):
            memo[id(t)] = t.to(device, copy=True)
        twin = copy.deepcopy(net, memo)  # meets the copies wherever net holds a tensor
        gathered.append(twin(part.to(device)).to(home))
    return torch.concat(gathered, dim=0)
