/* How alike two elements are: how readily one may stand for another in a compound. */
#ifndef CUPEL_MATTER_SIMILARITY_H
#define CUPEL_MATTER_SIMILARITY_H

/* Group 1 .. 18 of the periodic table; 3 for lanthanides and actinides. 0 outside 1..118. */
unsigned cupel_element_group(unsigned z);

/* exp(-d^2 / 2), d^2 = (difference of electronegativity / 0.4)^2 + (difference of the logarithm of covalent radius / 0.15)^2 + (difference of group
 * / 1.5)^2: 1 for an element and itself, Al and Ga 0.88, Ca and Sr 0.79, S and Se 0.67, Na and K 0.39, O and S 0.001. Electronegativities are
 * Pauling's, radii those of Cordero et al. 2008 (datasets/elements). The widths are a convention. They were held against the weights that Hautier
 * et al. 2011 (doi:10.1021/ic102031h) mined from known compounds, 2,915 pairs of ions of one charge: the tenth with the largest weights ranks above
 * the others with an area under the curve of 0.70, and no other widths gave more than 0.71. NaN where a value is unknown. */
double cupel_element_similarity(unsigned a, unsigned b);

#endif
