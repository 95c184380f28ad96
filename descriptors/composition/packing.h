/* How well an atom of a metallic glass is packed by its neighbours (Laws, Miracle, Ferry 2015, doi:10.1038/ncomms9123). */
#ifndef CUPEL_DESCRIPTORS_COMPOSITION_PACKING_H
#define CUPEL_DESCRIPTORS_COMPOSITION_PACKING_H

/* ratio: radius of the atom over the mean radius of its neighbours, > 0. The answer is 1 - R_N / ratio, where R_N is the ratio at which N equal
 * neighbours cover the atom without a gap, for the N from 3 to 24 at which this is nearest to 0 (Miracle, Lord, Ranganathan 2006,
 * doi:10.2320/matertrans.47.1737). From one N to the next it jumps. */
double cupel_packing(double ratio);
/* The same without the jumps: where the two nearest N are nearly as good, one fades into the other. */
double cupel_packing_smooth(double ratio);

#endif
