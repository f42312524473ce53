"""What people read for the ways of tracking that they may choose."""

from trackmend_app.wording import noted
from trackmend_core.tracking import Preset

PRESET_TITLES = {
    Preset.DEFAULT: noted("Trackmend's own"),
    Preset.OFFICIAL: noted("FairMOT, the released code to the letter"),
    Preset.FAIRMOT: noted("FairMOT, as the paper words it"),
    Preset.IOU: noted("IOU: overlap alone"),
    Preset.SORT: noted("SORT: motion and overlap"),
    Preset.DEEPSORT: noted("DeepSORT: a gallery of looks"),
    Preset.BYTETRACK: noted("ByteTrack: doubtful boxes too"),
    Preset.OCSORT: noted("OC-SORT: crossings and long gaps"),
    Preset.BOTSORT: noted("BoT-SORT: a moving camera"),
}
