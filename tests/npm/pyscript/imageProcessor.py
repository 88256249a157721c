from PIL.Image import Image, Transpose, frombuffer


def imageRawEncoder(image):
    return (image.mode, image.size, image.tobytes(), "raw", image.mode, 0, 1)


async def imageFromBufferDecoder(data):
    return frombuffer(*data)


def rotated(image, how):
    return image.transpose(how)


def describe(image, *, how=Transpose.ROTATE_90):
    return f"{type(image).__name__} {len(image)} {how!r}"
