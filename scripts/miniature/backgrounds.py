"""Grounds to paint shapes on, and pictures without any known shape."""

import math
import random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from shapes import font

FLAT_GREYS = ((255, 255, 255), (236, 236, 236), (245, 245, 245), (240, 240, 240), (224, 224, 224))
"""What paint programs, slides and screenshots lie on."""

TEXTURE_SIDE = 128
"""Textures are made at this many pixels a side and enlarged to the picture."""

LETTERS = "abcdefghijklmnopqrstuvwxyz      "


def ground(source: random.Random, size: tuple[int, int]) -> tuple[Image.Image, np.ndarray]:
    """A quiet background of (width, height) and its mean colour (3,)."""
    if source.random() < 0.4:
        tone = np.array(source.choice(FLAT_GREYS), np.float32)
        return Image.new("RGB", size, flat_colour(tone)), tone
    tone = base_tone(source)
    choice = source.random()
    if choice < 0.4:
        return Image.new("RGB", size, flat_colour(tone)), tone
    if choice < 0.65:
        pixels = gradient(source, tone)
    elif choice < 0.82:
        grain = generator(source).normal(0, source.uniform(3, 10), (TEXTURE_SIDE, TEXTURE_SIDE, 1))
        pixels = tone + grain
    else:
        pixels = stripes(source, tone)
    return enlarge(pixels, size), tone


def base_tone(source: random.Random) -> np.ndarray:
    """A light (mostly) or dark colour (3,), half of the time a grey."""
    low, high = (175, 250) if source.random() < 0.75 else (40, 110)
    tone = np.array([source.randint(low, high) for _ in range(3)], np.float32)
    return np.full(3, tone.mean(), np.float32) if source.random() < 0.5 else tone


def gradient(source: random.Random, tone: np.ndarray) -> np.ndarray:
    """A slope from one tone to a near one, (side, side, 3)."""
    end = np.clip(tone + generator(source).uniform(-35, 35, 3), 0, 255)
    ramp = np.linspace(0, 1, TEXTURE_SIDE, dtype=np.float32)
    slope = ramp[:, None] * source.uniform(-1, 1) + ramp[None] * source.uniform(-1, 1)
    slope = ((slope - slope.min()) / (np.ptp(slope) + 1e-6))[..., None]
    sloped: np.ndarray = tone * (1 - slope) + end * slope
    return sloped


def stripes(source: random.Random, tone: np.ndarray) -> np.ndarray:
    """Faint bands along one axis, (side, side, 3)."""
    pixels: np.ndarray = np.ones((TEXTURE_SIDE, TEXTURE_SIDE, 3), np.float32) * tone
    banded = (np.arange(TEXTURE_SIDE) // source.randint(6, 18)) % 2 == 0
    shift = source.choice([-14, 14])
    if source.random() < 0.5:
        pixels[banded] += shift
    else:
        pixels[:, banded] += shift
    return pixels


def shapeless_picture(source: random.Random, size: tuple[int, int]) -> Image.Image:
    """Texture, clutter, writing or a blurred landscape: nothing the miniature has a name for."""
    choice = source.random()
    if choice < 0.16:
        return written_page(source, size)
    if choice < 0.26:
        return silhouette(source, size)
    picture = clouds(source, size)
    if source.random() < 0.3:
        picture = picture.convert("L").convert("RGB")
    if choice < 0.38:
        return scribble(source, picture)
    if choice < 0.54:
        return blurred_blobs(source, picture)
    if choice < 0.7:
        return landscape(source, picture)
    return picture


def clouds(source: random.Random, size: tuple[int, int]) -> Image.Image:
    """Noise of several scales added up, as in photographs."""
    dice = generator(source)
    total = np.zeros((TEXTURE_SIDE, TEXTURE_SIDE, 3), np.float32)
    for cells, height in ((3, 70), (7, 50), (14, 35), (28, 25), (56, 15)):
        if source.random() < 0.8:
            channels = 3 if source.random() < 0.6 else 1
            noise = (dice.random((cells, cells, channels)) * 255).astype(np.uint8)
            layer = Image.fromarray(np.broadcast_to(noise, (cells, cells, 3)).copy())
            smooth = layer.resize((TEXTURE_SIDE, TEXTURE_SIDE), Image.Resampling.BICUBIC)
            total += (np.asarray(smooth, np.float32) - 128) / 128 * height
    total += np.array([source.randint(60, 200) for _ in range(3)])
    return enlarge(total, size)


def silhouette(source: random.Random, size: tuple[int, int]) -> Image.Image:
    """One dark or coloured figure with limbs and dents on a plain ground."""
    picture, _ = ground(source, size)
    canvas, (width, height) = ImageDraw.Draw(picture), size
    reach = min(size) * source.uniform(0.25, 0.48)
    x, y = width / 2 + width * source.uniform(-0.15, 0.15), height / 2
    corners, spokes = [], source.randint(14, 30)
    for spoke in range(spokes):
        angle = 2 * math.pi * spoke / spokes
        radius = reach * source.choice((0.25, 0.4, 0.6, 1.0)) * source.uniform(0.8, 1.1)
        corners.append((x + radius * math.cos(angle), y + radius * math.sin(angle)))
    dark = source.random() < 0.6
    canvas.polygon(corners, fill=(source.randint(0, 40),) * 3 if dark else any_colour(source))
    return picture


def scribble(source: random.Random, picture: Image.Image) -> Image.Image:
    """Open lines across a picture."""
    canvas, (width, height) = ImageDraw.Draw(picture), picture.size
    for _ in range(source.randint(2, 14)):
        corners = [
            (source.randint(0, width), source.randint(0, height))
            for _ in range(source.choice([2, 2, 3, 4]))
        ]
        thickness = max(1, round(min(width, height) * source.uniform(0.005, 0.035)))
        canvas.line(corners, fill=any_colour(source), width=thickness)
    return picture


def blurred_blobs(source: random.Random, picture: Image.Image) -> Image.Image:
    """Ragged patches of colour out of focus."""
    canvas, (width, height) = ImageDraw.Draw(picture), picture.size
    reach = max(8, min(width, height) // 3)
    for _ in range(source.randint(3, 9)):
        x, y = source.randint(0, width), source.randint(0, height)
        corners = [
            (x + source.randint(-reach, reach), y + source.randint(-reach, reach))
            for _ in range(source.randint(5, 9))
        ]
        canvas.polygon(corners, fill=any_colour(source))
    return picture.filter(ImageFilter.GaussianBlur(min(width, height) * source.uniform(0.01, 0.05)))


def landscape(source: random.Random, picture: Image.Image) -> Image.Image:
    """A ragged skyline over a cloudy sky, with upright strokes as of trees and houses."""
    canvas, (width, height) = ImageDraw.Draw(picture), picture.size
    horizon = height * source.uniform(0.35, 0.75)
    steps = source.randint(5, 16)
    ridge = [
        (width * step / steps, horizon + height * source.uniform(-0.12, 0.12))
        for step in range(steps + 1)
    ]
    canvas.polygon([*ridge, (width, height), (0, height)], fill=any_colour(source))
    for _ in range(source.randint(0, 9)):
        x, foot = source.uniform(0, width), horizon + height * source.uniform(0, 0.3)
        top, lean = foot - height * source.uniform(0.1, 0.5), width * source.uniform(-0.03, 0.03)
        thickness = max(1, round(width * source.uniform(0.005, 0.04)))
        canvas.line([(x, foot), (x + lean, top)], fill=any_colour(source), width=thickness)
    return picture.filter(ImageFilter.GaussianBlur(min(width, height) * source.uniform(0, 0.01)))


def written_page(source: random.Random, size: tuple[int, int]) -> Image.Image:
    """Lines of meaningless writing on light paper."""
    width, height = size
    paper = Image.new("RGB", size, flat_colour(np.array([source.randint(220, 255)] * 3)))
    canvas, letter = ImageDraw.Draw(paper), max(8, min(width, height) // source.randint(10, 20))
    ink = flat_colour(np.array([source.randint(0, 90) for _ in range(3)]))
    for y in range(letter, height - letter, round(letter * source.uniform(1.2, 1.8))):
        words = "".join(source.choice(LETTERS) for _ in range(source.randint(5, 40)))
        canvas.text((letter * source.uniform(0.3, 1), y), words, fill=ink, font=font(letter))
    return paper


def generator(source: random.Random) -> np.random.Generator:
    """A numpy generator whose seed comes from the scene's own source."""
    return np.random.default_rng(source.randrange(1 << 30))


def any_colour(source: random.Random) -> tuple[int, int, int]:
    """Any colour at all."""
    return source.randint(0, 255), source.randint(0, 255), source.randint(0, 255)


def flat_colour(tone: np.ndarray) -> tuple[int, int, int]:
    """A tone (3,) as Pillow takes it."""
    return int(tone[0]), int(tone[1]), int(tone[2])


def enlarge(pixels: np.ndarray, size: tuple[int, int]) -> Image.Image:
    """A texture (side, side, 3) stretched over a whole picture."""
    texture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return texture.resize(size, Image.Resampling.BILINEAR)
