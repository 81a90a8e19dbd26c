"""The parts of the statistical aligner (`projner_core.aligners.statistical` puts them together).

`words` turns tokens into numbers, `tables` numbers the pairs of words that meet, `lexical` estimates
how words translate, `hmm` how positions move, `training` runs EM over both; `priors` says what is
believed of a pair of words before a sentence was seen, and `learned` what earlier blocks taught.
"""
