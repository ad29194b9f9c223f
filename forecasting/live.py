"""stub"""
def fragment(job, user):
    return ""
