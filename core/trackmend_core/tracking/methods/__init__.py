"""Methods that FairMOT is compared with, after their papers; one file each."""
