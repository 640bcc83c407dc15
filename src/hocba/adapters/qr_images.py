"""Reading the QR code off a photographed or scanned page (PNG or JPEG)."""

import io
import warnings

import zxingcpp
from PIL import Image, UnidentifiedImageError

from hocba.core.errors import HocbaError
from hocba.core.registry.qr_claim import PREFIX

MAX_IMAGE_BYTES = 16 * 1024 * 1024
_MAX_PIXELS = 64_000_000  # a phone's 50 million, with room; more is a bomb
_MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


def is_image(data: bytes) -> bool:
    """Whether these bytes begin as PNG or JPEG do."""
    return data.startswith(_MAGIC)


def qr_text(data: bytes) -> str:
    """Return the text of the QR code in an image: our claim's where there are several codes.

    Raises:
        HocbaError: "qr.image_unreadable", "qr.image_too_large", "qr.not_found".
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
        if image.width * image.height > _MAX_PIXELS:
            raise HocbaError("qr.image_too_large")
        grey = image.convert("L")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise HocbaError("qr.image_too_large") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise HocbaError("qr.image_unreadable") from error
    kinds = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found = zxingcpp.read_barcodes(grey, formats=kinds)
    texts = [one.text for one in found]
    if not texts:
        raise HocbaError("qr.not_found")
    return next((text for text in texts if text.startswith(PREFIX)), texts[0])
