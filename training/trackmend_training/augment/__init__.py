"""How an image and its boxes are changed, together, before they are learnt from."""

from trackmend_training.augment.crop import Crop, augment_image

__all__ = ["Crop", "augment_image"]
