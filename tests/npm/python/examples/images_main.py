from PIL.Image import Image, Transpose
from workerlib import connectToWorker

yourWorker = await connectToWorker()
image = Image("L", (3, 2), b"abcdef")
turned = await yourWorker.rotated(image, Transpose.ROTATE_90)
print(type(turned).__name__, turned.size, turned.tobytes())
print(await yourWorker.describe(image, how=Transpose.FLIP_LEFT_RIGHT))
