"""How an image and its boxes are changed, together, before they are learnt from."""

from trackmend_training.augment.crop import augment_image
from trackmend_training.augment.result import Crop

__all__ = ["Crop", "augment_image"]
