"""Repeats the tables of FairMOT's paper on given data: one training a row, judged alike."""
