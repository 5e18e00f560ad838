"""Array types that the rooms share."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
RealArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
