#include "datasets/formats/image.h"

#include "core/base/err.h"

cupel_status cupel_pile_page(cupel_pile *p, size_t rows, size_t columns, cupel_number type, uint64_t bytes, const char *name, const char *pile_name,
                             cupel_err *err)
{
    if (p->pages && (rows != p->rows || columns != p->columns))
        return cupel_fail(err, CUPEL_BAD_INPUT, "'%s': image %zu has %zu rows and %zu columns, those before have %zu and %zu", name, p->pages + 1,
                          rows, columns, p->rows, p->columns);
    p->pages++;
    if (p->fill) {
        cupel_fill_type(p->fill, type);
        return CUPEL_OK;
    }
    p->rows = rows, p->columns = columns;
    bool volume = p->volume || p->n_pages > 1;
    const size_t image[2] = {rows, columns}, all[3] = {p->n_pages, rows, columns};
    cupel_file_order order = volume ? cupel_order_c(3, all) : cupel_order_c(2, image);
    uint64_t most = bytes > UINT64_MAX / p->n_pages ? UINT64_MAX : bytes * p->n_pages;
    cupel_status st = cupel_fill_open(&order, type, most, pile_name, &p->fill, err);
    if (st == CUPEL_OK) cupel_fill_grey(p->fill, p->threshold);
    return st;
}
