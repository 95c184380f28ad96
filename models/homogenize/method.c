#include "models/homogenize/method.h"

static const cupel_reference solver[] = {
    {"10.1016/j.crme.2014.12.005", "Willot: Fourier-based schemes for computing the mechanical response of composites with accurate local fields. "
                                   "Comptes Rendus Mecanique 343, 232 (2015)"},
    {"10.1002/nme.5336", "Schneider, Merkert, Kabel: FFT-based homogenization for microstructures discretized by linear hexahedral elements. "
                         "International Journal for Numerical Methods in Engineering 109, 1461 (2017)"},
    {"10.1016/j.jcp.2010.07.010", "Zeman, Vondrejc, Novak, Marek: Accelerating a FFT-based solver for numerical homogenization of periodic media by "
                                  "conjugate gradients. Journal of Computational Physics 229, 8065 (2010)"},
    {"10.1016/j.cma.2015.06.003", "Kabel, Merkert, Schneider: Use of composite voxels in FFT-based homogenization. Computer Methods in Applied "
                                  "Mechanics and Engineering 294, 168 (2015)"},
    {NULL, NULL}};

static const cupel_reference expansion[] = {
    {"10.1016/0020-7225(70)90066-2", "Rosen, Hashin: Effective thermal expansion coefficients and specific heats of composite materials. "
                                     "International Journal of Engineering Science 8, 157 (1970)"},
    {NULL, NULL}};

static const cupel_reference bounds[] = {
    {"10.1088/0370-1298/65/5/307", "Hill: The elastic behaviour of a crystalline aggregate. Proceedings of the Physical Society A 65, 349 (1952)"},
    {"10.1063/1.1728579", "Hashin, Shtrikman: A variational approach to the theory of the effective magnetic permeability of multiphase materials. "
                          "Journal of Applied Physics 33, 3125 (1962)"},
    {"10.1016/0022-5096(63)90060-7", "Hashin, Shtrikman: A variational approach to the theory of the elastic behaviour of multiphase materials. "
                                     "Journal of the Mechanics and Physics of Solids 11, 127 (1963)"},
    {"10.1017/S030821050002597X", "Lurie, Cherkaev: Exact estimates of conductivity of composites formed by two isotropically conducting media taken "
                                  "in prescribed proportion. Proceedings of the Royal Society of Edinburgh A 99, 71 (1984)"},
    {NULL, NULL}};

static const cupel_reference constants[] = {
    {"10.1103/PhysRevLett.101.055504", "Ranganathan, Ostoja-Starzewski: Universal elastic anisotropy index. Physical Review Letters 101, 055504 "
                                       "(2008)"},
    {"10.1007/s10659-006-9082-0", "Moakher, Norris: The closest elastic tensor of arbitrary symmetry to an elasticity tensor of lower symmetry. "
                                  "Journal of Elasticity 85, 215 (2006)"},
    {NULL, NULL}};

static const cupel_method methods[] = {
    {.name = "conduction", .kind = "solver", .scale = "microstructure", .maturity = "stable", .references = solver,
     .help = "effective conductivity, permittivity or diffusivity with a 95 % bar; periodic", .input = "volume or recipe, k of each phase",
     .output = "tensor in the unit of the phases"},
    {.name = "elasticity", .kind = "solver", .scale = "microstructure", .maturity = "stable", .references = solver,
     .help = "effective stiffness with a 95 % bar; periodic", .input = "volume or recipe, stiffness of each phase",
     .output = "tensor (Mandel) in the unit of the phases, engineering constants"},
    {.name = "expansion", .kind = "solver", .scale = "microstructure", .maturity = "stable", .references = expansion,
     .help = "effective thermal expansion with a 95 % bar; periodic", .input = "volume or recipe, stiffness and expansion of each phase",
     .output = "tensor, 1/K"},
    {.name = "bounds", .kind = "solver", .scale = "microstructure", .maturity = "stable", .references = bounds,
     .help = "means of the phases, Hashin-Shtrikman and trace bounds beside every effective tensor", .input = "fractions and properties of the "
                                                                                                              "phases",
     .output = "tensors and numbers in the unit of the phases"},
    {.name = "engineering", .kind = "solver", .scale = "microstructure", .maturity = "stable", .references = constants,
     .help = "Young's modulus per direction, Poisson's ratios, bulk and shear modulus, anisotropy of a stiffness", .input = "stiffness",
     .output = "moduli in the unit of the phases, ratios"},
};

const cupel_method *cupel_homogenize_method(size_t i) { return i < sizeof methods / sizeof *methods ? &methods[i] : NULL; }
