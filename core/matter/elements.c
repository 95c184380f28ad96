#include "core/matter/elements.h"

#include "core/generated/facts.h"

#include <math.h>
#include <string.h>

/* Names as IUPAC spells them. */
#define ELEMENTS(X)                                                                                                                    \
    X(1, 'H', 0, "hydrogen") X(2, 'H', 'e', "helium") X(3, 'L', 'i', "lithium") X(4, 'B', 'e', "beryllium") X(5, 'B', 0, "boron")      \
    X(6, 'C', 0, "carbon") X(7, 'N', 0, "nitrogen") X(8, 'O', 0, "oxygen") X(9, 'F', 0, "fluorine") X(10, 'N', 'e', "neon")            \
    X(11, 'N', 'a', "sodium") X(12, 'M', 'g', "magnesium") X(13, 'A', 'l', "aluminium") X(14, 'S', 'i', "silicon")                     \
    X(15, 'P', 0, "phosphorus") X(16, 'S', 0, "sulfur") X(17, 'C', 'l', "chlorine") X(18, 'A', 'r', "argon")                           \
    X(19, 'K', 0, "potassium") X(20, 'C', 'a', "calcium") X(21, 'S', 'c', "scandium") X(22, 'T', 'i', "titanium")                      \
    X(23, 'V', 0, "vanadium") X(24, 'C', 'r', "chromium") X(25, 'M', 'n', "manganese") X(26, 'F', 'e', "iron")                         \
    X(27, 'C', 'o', "cobalt") X(28, 'N', 'i', "nickel") X(29, 'C', 'u', "copper") X(30, 'Z', 'n', "zinc") X(31, 'G', 'a', "gallium")   \
    X(32, 'G', 'e', "germanium") X(33, 'A', 's', "arsenic") X(34, 'S', 'e', "selenium") X(35, 'B', 'r', "bromine")                     \
    X(36, 'K', 'r', "krypton") X(37, 'R', 'b', "rubidium") X(38, 'S', 'r', "strontium") X(39, 'Y', 0, "yttrium")                       \
    X(40, 'Z', 'r', "zirconium") X(41, 'N', 'b', "niobium") X(42, 'M', 'o', "molybdenum") X(43, 'T', 'c', "technetium")                \
    X(44, 'R', 'u', "ruthenium") X(45, 'R', 'h', "rhodium") X(46, 'P', 'd', "palladium") X(47, 'A', 'g', "silver")                     \
    X(48, 'C', 'd', "cadmium") X(49, 'I', 'n', "indium") X(50, 'S', 'n', "tin") X(51, 'S', 'b', "antimony")                            \
    X(52, 'T', 'e', "tellurium") X(53, 'I', 0, "iodine") X(54, 'X', 'e', "xenon") X(55, 'C', 's', "caesium")                           \
    X(56, 'B', 'a', "barium") X(57, 'L', 'a', "lanthanum") X(58, 'C', 'e', "cerium") X(59, 'P', 'r', "praseodymium")                   \
    X(60, 'N', 'd', "neodymium") X(61, 'P', 'm', "promethium") X(62, 'S', 'm', "samarium") X(63, 'E', 'u', "europium")                 \
    X(64, 'G', 'd', "gadolinium") X(65, 'T', 'b', "terbium") X(66, 'D', 'y', "dysprosium") X(67, 'H', 'o', "holmium")                  \
    X(68, 'E', 'r', "erbium") X(69, 'T', 'm', "thulium") X(70, 'Y', 'b', "ytterbium") X(71, 'L', 'u', "lutetium")                      \
    X(72, 'H', 'f', "hafnium") X(73, 'T', 'a', "tantalum") X(74, 'W', 0, "tungsten") X(75, 'R', 'e', "rhenium")                        \
    X(76, 'O', 's', "osmium") X(77, 'I', 'r', "iridium") X(78, 'P', 't', "platinum") X(79, 'A', 'u', "gold")                           \
    X(80, 'H', 'g', "mercury") X(81, 'T', 'l', "thallium") X(82, 'P', 'b', "lead") X(83, 'B', 'i', "bismuth")                          \
    X(84, 'P', 'o', "polonium") X(85, 'A', 't', "astatine") X(86, 'R', 'n', "radon") X(87, 'F', 'r', "francium")                       \
    X(88, 'R', 'a', "radium") X(89, 'A', 'c', "actinium") X(90, 'T', 'h', "thorium") X(91, 'P', 'a', "protactinium")                   \
    X(92, 'U', 0, "uranium") X(93, 'N', 'p', "neptunium") X(94, 'P', 'u', "plutonium") X(95, 'A', 'm', "americium")                    \
    X(96, 'C', 'm', "curium") X(97, 'B', 'k', "berkelium") X(98, 'C', 'f', "californium") X(99, 'E', 's', "einsteinium")               \
    X(100, 'F', 'm', "fermium") X(101, 'M', 'd', "mendelevium") X(102, 'N', 'o', "nobelium") X(103, 'L', 'r', "lawrencium")            \
    X(104, 'R', 'f', "rutherfordium") X(105, 'D', 'b', "dubnium") X(106, 'S', 'g', "seaborgium") X(107, 'B', 'h', "bohrium")           \
    X(108, 'H', 's', "hassium") X(109, 'M', 't', "meitnerium") X(110, 'D', 's', "darmstadtium") X(111, 'R', 'g', "roentgenium")        \
    X(112, 'C', 'n', "copernicium") X(113, 'N', 'h', "nihonium") X(114, 'F', 'l', "flerovium") X(115, 'M', 'c', "moscovium")           \
    X(116, 'L', 'v', "livermorium") X(117, 'T', 's', "tennessine") X(118, 'O', 'g', "oganesson")

enum { N_ROWS = CUPEL_Z_MAX + 1 };

#define SYMBOL(z, a, b, name) [z] = {a, b, 0},
#define NAME(z, a, b, name) [z] = name,
#define CODE(z, a, b, name) [a - 'A'][b ? b - 'a' + 1 : 0] = z,
static const char symbols[N_ROWS][3] = {ELEMENTS(SYMBOL)};
static const char *const names[N_ROWS] = {"", ELEMENTS(NAME)};
const unsigned char cupel_element_code[26][32] = {ELEMENTS(CODE)};

const char *cupel_element_symbol(unsigned z) { return z <= CUPEL_Z_MAX ? symbols[z] : ""; }

const char *cupel_element_name(unsigned z) { return z <= CUPEL_Z_MAX ? names[z] : ""; }

unsigned cupel_element_find(const char *s, size_t n)
{
    if (n < 1 || n > 2 || s[0] < 'A' || s[0] > 'Z') return 0;
    if (n == 1) return cupel_element_code[s[0] - 'A'][0];
    if (s[1] < 'a' || s[1] > 'z') return 0;
    return cupel_element_code[s[0] - 'A'][s[1] - 'a' + 1];
}

double cupel_element_weight(unsigned z) { return cupel_fact_atomic_weight_value[z <= CUPEL_Z_MAX ? z : 0]; }

double cupel_element_electronegativity(unsigned z) { return cupel_fact_electronegativity_value[z <= CUPEL_Z_MAX ? z : 0]; }

bool cupel_element_before(unsigned a, unsigned b)
{
    double x = cupel_element_electronegativity(a), y = cupel_element_electronegativity(b);
    if (isnan(x) != isnan(y)) return isnan(y);
    if (x < y || x > y) return x < y;
    return strcmp(symbols[a], symbols[b]) < 0;
}
