"""The parts of the statistical aligner (`projner_core.aligners.statistical` puts them together).

`units` joins what a script without spaces keeps apart, `cutting` cuts what is too long, `words` turns
tokens into numbers, `tables` numbers the pairs of words that meet, `lexical` estimates how words
translate, `shapes` how looks do, `hmm` how positions move, and `training` runs EM over all of them.
`similarity`, `known` and `compounds` say what is believed of two words before a sentence was seen,
`learned` what earlier blocks taught; `knowledge` joins the parts.
"""
