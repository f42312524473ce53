"""Joint detection and re-ID training after FairMOT, run as a process of its own."""
